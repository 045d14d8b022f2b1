/** The program that makes or judges evidence, as reports and statements name it. */
export interface Tool {
  readonly name: string;
  readonly version: string;
}
