import type { Tool } from '../tool.ts';

/** This program, as its reports name it. */
export function toolOf(config: { readonly version: string }): Tool {
  return { name: 'affidavit', version: config.version };
}
