// Trees of recipes as two commits have them: equal files have the same bytes as an object.
import type { RecipeTree } from '../../src/evidence/resolve/recipe-files.ts';
import type { Texts } from '../evidence/resolve/recipes.ts';

const BLOBS = new Map<string, Uint8Array>();

export function treeOf(texts: Texts | undefined): RecipeTree {
  if (texts === undefined) return { recipes: undefined, faults: [] };
  const files = Object.entries(texts).map(([path, text]) => [path, blobOf(text)] as const);
  return { recipes: { directory: 'recipes', files: new Map(files) }, faults: [] };
}

function blobOf(text: string): Uint8Array {
  const blob = BLOBS.get(text) ?? Buffer.from(text);
  BLOBS.set(text, blob);
  return blob;
}
