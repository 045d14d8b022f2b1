// The package has no types of its own.
declare module 'ajv-formats-draft2019' {
  export default function addFormats(
    ajv: object,
    options: { readonly formats: readonly string[] },
  ): void;
}
