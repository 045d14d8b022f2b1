/** Issuer and identity of signers in AICR's allowlist, and the source that AICR has for them. */
export const AICR_SOURCES = [
  ['https://github.com/login/oauth', 'yuanchen97@gmail.com', '7c4c0edc8c765a95a0f3afdb3bbb8e91'],
  [
    'https://token.actions.githubusercontent.com',
    'https://github.com/NVIDIA/aicr/.github/workflows/uat-aws.yaml@refs/heads/main',
    'a2f01812594e54d1a14278576fda2ed0',
  ],
  [
    'https://github.com/login/oauth',
    '10677309+atif1996@users.noreply.github.com',
    '728b071aed7124418b1fa9c7f0521e24',
  ],
  [
    'https://github.com/login/oauth',
    '1082845+mikecook@users.noreply.github.com',
    '2e85f8702c6214cafcc0ed714d928720',
  ],
  [
    'https://token.actions.githubusercontent.com',
    'https://github.com/yuanchen8911/aicr/.github/workflows/evidence-publish.yaml@refs/heads/evidence/aks-h100-training-inference',
    '5bf9e82f0e90a11528ac85f4bcb866c8',
  ],
] as const;
