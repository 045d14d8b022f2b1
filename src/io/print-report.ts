import { writeWhole } from './files.ts';

/** The report and nothing else: to standard output, or whole into a file. */
export async function printReport(text: string, output: string | undefined): Promise<void> {
  if (output === undefined) {
    process.stdout.write(text);
    return;
  }
  await writeWhole(output, oneChunk(text), { force: true });
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from(text);
}
