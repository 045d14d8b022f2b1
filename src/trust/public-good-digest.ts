/** Of the embedded trusted root, so that it is known without being loaded. A test compares them. */
export const PUBLIC_GOOD_DIGEST =
  'sha256:6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66';
