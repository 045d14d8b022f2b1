/** The program that makes or judges evidence, as reports and statements name it. */
export interface Tool {
  readonly name: string;
  readonly version: string;
}

/** This program and library. The version is that of package.json; a test compares them. */
export const AFFIDAVIT: Tool = { name: 'affidavit', version: '0.1.0' };
