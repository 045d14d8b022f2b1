import { buildBom, type Application } from '../../bom/build-bom.ts';
import type { Tool } from '../../tool.ts';
import type { RecipeComponent } from '../recipe/recipe-component.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { bomSourcesOf, versionOf } from './bom-sources.ts';

export interface RecipeBomInputs {
  readonly recipe: Pick<Recipe, 'name' | 'components'>;
  readonly snapshot: Snapshot;
  /** The time of the evidence. */
  readonly attestedAt: Date;
  readonly tool: Tool;
  /** The registries of images that the snapshot alone shows are left out. */
  readonly isRedacted?: boolean;
}

/** The bill of materials of a run: the components that the recipe deploys, the images that run. */
export function buildRecipeBom(inputs: RecipeBomInputs): Uint8Array {
  const { recipe, snapshot, attestedAt, tool, isRedacted = false } = inputs;
  const { components, images } = bomSourcesOf(recipe, snapshot, isRedacted);
  return buildBom({
    subject: recipe.name,
    applications: components.map(applicationOf),
    images,
    timestamp: attestedAt,
    tool,
  });
}

/** AICR's property names, so that a program that reads its bills of materials can read ours. */
function applicationOf(part: RecipeComponent): Application {
  const version = versionOf(part);
  return {
    name: part.name,
    version,
    properties: [
      ['aicr:component:type', part.type],
      ['aicr:helm:chart', part.chart],
      ['aicr:helm:namespace', part.namespace],
      ['aicr:helm:repository', part.source],
      ['aicr:helm:version', part.version],
      ['aicr:version:pinned', String(version !== '')],
    ],
  };
}
