// The pull requests that `./dev gate-demo` shows: a repository with the recipes of AICR v0.11.1, a registry on this machine
// with evidence that a sandbox has signed, and what the gate has to say of each.
import { cpSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

import type { Digest } from '../../src/digest.ts';
import type { Pointer } from '../../src/evidence/pointer/pointer.ts';
import { ownRecipes } from '../../src/evidence/resolve/own-recipe.ts';
import { recipeText } from '../../src/evidence/resolve/recipe-text.ts';
import { resolve } from '../../src/evidence/resolve/resolve.ts';
import type { GateJson } from '../../src/gate/gate-json.ts';
import { catalogueOf, realTexts } from '../evidence/resolve/recipes.ts';
import { commit, git, repository, type Files } from '../io/git/real-git.ts';
import type { TestRegistry } from '../oci/call.ts';
import { attach, put } from '../oci/evidence.ts';
import {
  EvidenceMaker,
  pointerFile,
  RECIPE,
  type MadeEvidence,
  type Wanted,
} from './evidence-maker.ts';

const RECIPES = new URL('../../testdata/aicr-recipes-v0.11.1/recipes', import.meta.url);
const OVERLAY = `recipes/overlays/${RECIPE}.yaml`;
const VALUES = 'recipes/components/kubeflow-trainer/values.yaml';
const CHECKS = 'recipes/checks/kubeflow-trainer/health-check.yaml';
const POLICY = 'recipes/evidence/policy.json';
const SIBLING = 'h100-eks-ubuntu-training';
const ADDED = 'h100-eks-ubuntu-training-dynamo';
const EXEMPT = 'gb200-eks-ubuntu-training-dynamo';
const AT = '2026-06-20T00:00:00Z';

export interface Expected {
  readonly exit: number;
  /** Of the recipes that the policy asks evidence of. */
  readonly states: Readonly<Record<string, string>>;
  /** Codes of what is wrong with pieces, and of breaches. */
  readonly codes?: readonly string[];
  /** Codes of findings about the change as a whole. */
  readonly findings?: readonly string[];
}

export interface PullRequest {
  readonly title: string;
  /** What it changes. */
  readonly files: (world: World) => Promise<Files>;
  readonly at?: string;
  /** Made from a base that had no pointers yet. */
  readonly isOld?: boolean;
  readonly expected: Expected;
}

const SHOWN_FINDINGS: ReadonlySet<string> = new Set([
  'HEAD_BEHIND',
  'RECIPE_REMOVED',
  'POLICY_CHANGED',
]);

/** What a gate said, as `Expected`. @param json what it printed */
export function saidBy(code: number | null, json: string): Expected {
  const report = JSON.parse(json) as GateJson;
  const asked = report.recipes.filter(({ state }) => state !== 'not-asked');
  const codes = [
    ...[...report.faults, ...report.pointers.breaches].map((fault) => fault.code),
    ...asked.flatMap(({ evidence }) => evidence.flatMap(({ fault }) => fault?.code ?? [])),
  ];
  const said = report.findings
    .map((finding) => finding.code)
    .filter((each) => SHOWN_FINDINGS.has(each));
  return {
    exit: code ?? -1,
    states: Object.fromEntries(asked.map(({ name, state }) => [name, state])),
    ...(codes.length > 0 && { codes: [...new Set(codes)] }),
    ...(said.length > 0 && { findings: [...new Set(said)] }),
  };
}

export class World {
  readonly folder: string;
  readonly maker: EvidenceMaker;
  readonly registry: TestRegistry;
  /** A port on which nobody listens. */
  readonly deaf: string;
  readonly #base: string;
  #good: MadeEvidence | undefined;

  static async open(folder: string, registry: TestRegistry): Promise<World> {
    const maker = await EvidenceMaker.open();
    const world = new World(folder, { maker, registry, deaf: await deafHost() });
    await world.#begin();
    return world;
  }

  private constructor(
    folder: string,
    { maker, registry, deaf }: Pick<World, 'maker' | 'registry' | 'deaf'>,
  ) {
    this.folder = folder;
    this.maker = maker;
    this.registry = registry;
    this.deaf = deaf;
    this.#base = repository(join(folder, 'repository'));
  }

  async #begin(): Promise<void> {
    cpSync(RECIPES, join(this.#base, 'recipes'), { recursive: true });
    writeFileSync(join(this.folder, 'root.json'), this.maker.trustedRoot);
    const good = await this.evidence('one@example.com');
    this.#good = good;
    git(this.#base, 'branch', 'old', commit(this.#base, { [POLICY]: this.policy() }));
    commit(this.#base, pointerFile(good));
  }

  /** Signed by this one, and pushed as it is. */
  async evidence(email: string, nodes = 0, wanted: Wanted = {}): Promise<MadeEvidence> {
    const catalogue = catalogueOf(realTexts());
    const criteria = catalogue.overlays.get(RECIPE)?.criteria;
    if (criteria === undefined) throw new Error(`no overlay: ${RECIPE}`);
    const recipe = recipeText(resolve(catalogue, { ...criteria, nodes }));
    const made = await this.maker.make({
      ...{ email, recipes: ownRecipes(catalogue), oci: `${this.registry.host}/evidence:${RECIPE}` },
      ...(nodes > 0 && { demo: { recipe } }),
      ...wanted,
    });
    this.registry.blobs.set(layerOf(made).digest, made.layer);
    put(this.registry, made.manifest);
    attach(this.registry, made.manifest, made.attestation);
    return made;
  }

  policy(
    mode = 'enforce',
    emails: readonly string[] = ['one@example.com', 'two@example.com'],
  ): string {
    const signers = emails.map((identity) => ({ identity, issuer: this.maker.issuer }));
    const exemption = {
      ...{ recipe: EXEMPT, states: ['missing'], reason: 'the cluster is being built' },
      ...{ who: 'a maintainer', until: '2026-12-31T00:00:00Z' },
    };
    const rules = [{ recipes: '*', require: 'added', maximumAgeDays: 90 }];
    const registries = ['ghcr.io', '10.0.0.1:5000'];
    const gate = { mode, registries, rules, exemptions: [exemption] };
    return JSON.stringify({ schemaVersion: '1.2.0', signers, gate });
  }

  /** A file as it is at the base. */
  text(path: string): string {
    return git(this.#base, 'show', `main:${path}`);
  }

  /** The pointer of the base, with one more place where its bundle is. */
  withLocation(location: string): Files {
    if (this.#good === undefined) throw new Error('no pointer yet');
    const affidavit = { attestation: undefined, locations: [location] };
    return pointerFile(this.#good, { affidavit });
  }

  /** The words of the call for a pull request. */
  async wordsFor({ files, at = AT, isOld = false }: PullRequest): Promise<readonly string[]> {
    const changed = await files(this);
    git(this.#base, 'checkout', '--quiet', '--detach', isOld ? 'old' : 'main');
    const head = commit(this.#base, changed);
    return [
      ...['gate', '--base', 'main', '--head', head, '--policy-ref', `main:${POLICY}`],
      ...['--git', this.#base, '--trusted-root', join(this.folder, 'root.json'), '--at', at],
      ...['--registry', this.registry.host, '--registry', this.deaf],
    ];
  }
}

/** Nobody listens there any more. */
async function deafHost(): Promise<string> {
  const server = createServer();
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => {
    server.close(done);
  });
  return `127.0.0.1:${port}`;
}

function other(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`nothing to replace: ${from}`);
  return text.replaceAll(from, to);
}

const changedOverlay = (world: World): Files => ({
  [OVERLAY]: other(world.text(OVERLAY), '1.32.4', '1.32.5'),
});

function newOverlay(world: World, like: string): Files {
  const name = like.replace('kubeflow', 'dynamo');
  const text = other(world.text(`recipes/overlays/${like}.yaml`), like, name);
  const named = other(text, 'platform: kubeflow', 'platform: dynamo');
  return { [`recipes/overlays/${name}.yaml`]: named };
}

/** A pointer to evidence of its own, but for what is otherwise. */
async function pointed(
  world: World,
  email: string,
  change: (made: MadeEvidence) => Partial<Pointer> = () => ({}),
): Promise<Files> {
  const made = await world.evidence(email);
  return pointerFile(made, change(made));
}

function artifactAt(oci: string, { manifest }: MadeEvidence): Pointer['artifact'] {
  return { oci, digest: manifest.digest };
}

const emptiedChecks = (world: World): Files => ({
  [CHECKS]: other(world.text(CHECKS), 'steps:', 'steps: []\n  left:'),
});

/** Takes the floor of the recipe away, wherever it stands. */
const overriding = (world: World): string =>
  other(other(world.text(OVERLAY), `name: ${RECIPE}`, 'name: zz'), '1.32.4', '1.1.0');

/** Whoever asks for as many nodes on EKS gets it. */
export const forNodes = (nodes: number): string => `kind: RecipeMetadata
apiVersion: aicr.nvidia.com/v1alpha1
metadata:
  name: zz
spec:
  criteria:
    service: eks
    nodes: ${nodes}
  componentRefs:
    - name: gpu-operator
      type: Helm
      overrides:
        added: true
`;

export const PULL_REQUESTS: readonly PullRequest[] = [
  {
    title: 'an innocent edit',
    files: async () => await Promise.resolve({ 'README.md': 'text\n' }),
    expected: { exit: 0, states: {} },
  },
  {
    title: 'an overlay changed',
    files: async (world) => await Promise.resolve(changedOverlay(world)),
    expected: { exit: 4, states: { [RECIPE]: 'stale' }, codes: ['RECIPE_OTHER'] },
  },
  {
    title: 'a values file changed',
    files: async (world) =>
      await Promise.resolve({ [VALUES]: `${world.text(VALUES)}\nadded: true\n` }),
    expected: { exit: 4, states: { [RECIPE]: 'stale' }, codes: ['RECIPE_OTHER'] },
  },
  {
    title: 'a new recipe',
    files: async (world) => await Promise.resolve(newOverlay(world, RECIPE)),
    expected: { exit: 4, states: { [ADDED]: 'missing' } },
  },
  {
    title: 'new evidence by a second signer',
    files: async (world) => await pointed(world, 'two@example.com'),
    expected: { exit: 0, states: { [RECIPE]: 'confirmed' } },
  },
  {
    title: 'evidence of another recipe',
    files: async (world) => await pointed(world, 'two@example.com', () => ({ recipe: SIBLING })),
    expected: { exit: 2, states: { [SIBLING]: 'invalid' }, codes: ['POINTER_DIFFERS'] },
  },
  {
    title: 'a bundle that another recipe has',
    files: async (world) => {
      const files = await pointed(world, 'two@example.com');
      const [path = '', text = ''] = Object.entries(files)[0] ?? [];
      return {
        ...files,
        [other(path, RECIPE, SIBLING)]: other(text, `recipe: ${RECIPE}`, `recipe: ${SIBLING}`),
      };
    },
    expected: {
      ...{ exit: 2, states: { [SIBLING]: 'invalid', [RECIPE]: 'invalid' } },
      codes: ['POINTER_SHARED'],
    },
  },
  {
    title: 'stale evidence',
    at: '2026-11-01T00:00:00Z',
    files: async (world) => await pointed(world, 'two@example.com'),
    expected: { exit: 4, states: { [RECIPE]: 'stale' }, codes: ['STALE'] },
  },
  {
    title: 'the wrong signer',
    files: async (world) => await pointed(world, 'mallory@example.com'),
    expected: { exit: 2, states: { [RECIPE]: 'not-allowed' }, codes: ['SIGNER_NOT_ALLOWED'] },
  },
  {
    title: 'a signer whom the pull request lists itself',
    files: async (world) => ({
      ...(await pointed(world, 'mallory@example.com')),
      [POLICY]: world.policy('enforce', ['one@example.com', 'mallory@example.com']),
    }),
    expected: {
      ...{ exit: 2, states: { [RECIPE]: 'not-allowed' }, codes: ['SIGNER_NOT_ALLOWED'] },
      findings: ['POLICY_CHANGED'],
    },
  },
  {
    title: 'a bundle that was tampered with',
    files: async (world) => {
      const made = await world.evidence('two@example.com');
      const { digest } = layerOf(made);
      const bytes = Buffer.from(made.layer);
      bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
      world.registry.blobs.set(digest, bytes);
      return pointerFile(made);
    },
    expected: { exit: 2, states: { [RECIPE]: 'invalid' }, codes: ['REGISTRY_BYTES_OTHER'] },
  },
  {
    title: 'a bundle that nobody signed',
    files: async (world) => {
      const made = await world.evidence('two@example.com');
      for (const [name, { bytes }] of world.registry.manifests) {
        if (bytes.includes('"subject"') && bytes.includes(made.manifest.digest)) {
          world.registry.manifests.delete(name);
        }
      }
      return pointerFile(made, { signer: undefined });
    },
    expected: { exit: 4, states: { [RECIPE]: 'unsigned' }, codes: ['UNSIGNED'] },
  },
  {
    title: 'a registry that is down',
    files: async (world) =>
      await pointed(world, 'two@example.com', (made) => ({
        artifact: artifactAt(`${world.deaf}/evidence:x`, made),
      })),
    expected: { exit: 3, states: { [RECIPE]: 'unreachable' }, codes: ['SERVICE_UNREACHABLE'] },
  },
  {
    title: 'a pointer to a private address',
    files: async (world) =>
      await pointed(world, 'two@example.com', (made) => ({
        artifact: artifactAt('10.0.0.1:5000/evidence:x', made),
      })),
    expected: { exit: 3, states: { [RECIPE]: 'unreachable' }, codes: ['REGISTRY_ADDRESS_PRIVATE'] },
  },
  {
    title: 'a pointer to a registry that the policy does not list',
    files: async (world) =>
      await pointed(world, 'two@example.com', (made) => ({
        artifact: artifactAt('registry.example.com/evidence:x', made),
      })),
    expected: { exit: 3, states: { [RECIPE]: 'unreachable' }, codes: ['REGISTRY_NOT_LISTED'] },
  },
  {
    title: 'a policy that is changed to warn only',
    files: async (world) =>
      await Promise.resolve({ ...changedOverlay(world), [POLICY]: world.policy('warn') }),
    expected: {
      ...{ exit: 4, states: { [RECIPE]: 'stale' }, codes: ['RECIPE_OTHER'] },
      findings: ['POLICY_CHANGED'],
    },
  },
  {
    title: 'a new recipe that is exempt',
    files: async (world) =>
      await Promise.resolve(newOverlay(world, 'gb200-eks-ubuntu-training-kubeflow')),
    expected: { exit: 0, states: { [EXEMPT]: 'exempt' } },
  },
  {
    title: 'evidence of the recipe with so many nodes',
    files: async (world) => pointerFile(await world.evidence('two@example.com', 6)),
    expected: { exit: 4, states: { [RECIPE]: 'stale' }, codes: ['RECIPE_OTHER'] },
  },
  {
    title: 'health checks that check nothing',
    files: async (world) => await Promise.resolve(emptiedChecks(world)),
    expected: { exit: 4, states: { [RECIPE]: 'stale' }, codes: ['RECIPE_OTHER'] },
  },
  {
    title: 'health checks that check nothing, beside a pointer that gets a location',
    files: async (world) =>
      await Promise.resolve({ ...emptiedChecks(world), ...world.withLocation('ghcr.io/more/x') }),
    expected: { exit: 4, states: { [RECIPE]: 'stale' }, codes: ['RECIPE_OTHER'] },
  },
  {
    title: 'an overlay changed on a branch from before there was evidence',
    isOld: true,
    files: async (world) => await Promise.resolve(changedOverlay(world)),
    expected: {
      ...{ exit: 4, states: { [RECIPE]: 'stale' }, codes: ['RECIPE_OTHER'] },
      findings: ['HEAD_BEHIND'],
    },
  },
  {
    title: 'a recipe with evidence that gets criteria which nobody asks for',
    files: async (world) =>
      await Promise.resolve({
        [OVERLAY]: other(world.text(OVERLAY), 'service: eks', 'service: EKS'),
      }),
    expected: { exit: 0, states: {}, findings: ['RECIPE_REMOVED'] },
  },
  {
    title: 'an overlay in a hidden file',
    files: async (world) =>
      await Promise.resolve({ 'recipes/overlays/.zz.yaml': overriding(world) }),
    expected: {
      ...{ exit: 2, states: { [RECIPE]: 'invalid' } },
      codes: ['RECIPE_DUPLICATE', 'OVERLAYS_DISAGREE', 'RECIPES_UNRESOLVED'],
    },
  },
  {
    title: 'an overlay in the place of the allowlist',
    files: async (world) =>
      await Promise.resolve({ 'recipes/evidence/allowlist.yaml': overriding(world) }),
    expected: { exit: 2, states: {}, codes: ['KIND_UNEXPECTED'] },
  },
  {
    title: 'a second root in a folder of overlays',
    files: async (world) =>
      await Promise.resolve({
        'recipes/overlays/zz/base.yaml': world.text('recipes/overlays/base.yaml'),
      }),
    expected: { exit: 2, states: {}, codes: ['OVERLAY_DUPLICATE'] },
  },
  {
    title: 'an overlay for a number of nodes',
    files: async () => await Promise.resolve({ 'recipes/overlays/zz.yaml': forNodes(8) }),
    expected: { exit: 4, states: { [RECIPE]: 'stale' } },
  },
  {
    title: 'a recipe with evidence that loses a criterion',
    files: async (world) => {
      const weaker = other(world.text(OVERLAY), '1.32.4', '1.1.0');
      return await Promise.resolve({ [OVERLAY]: other(weaker, '    os: ubuntu\n', '') });
    },
    expected: {
      ...{ exit: 4, codes: ['RECIPE_OTHER'] },
      states: { [RECIPE]: 'stale', [RECIPE.replace('-ubuntu', '')]: 'missing' },
    },
  },
];

function layerOf({ manifest }: MadeEvidence): { readonly digest: Digest } {
  const { layers } = JSON.parse(Buffer.from(manifest.bytes).toString()) as {
    readonly layers: readonly { readonly digest: Digest }[];
  };
  const [layer] = layers;
  if (layer === undefined) throw new Error('an artifact without a layer');
  return layer;
}
