import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { lint, type LintFinding } from '../../../src/evidence/lint/lint.ts';
import { propertyRuns } from '../../property-runs.ts';
import { realTexts, recipesOf, smallToday, smallV011, type Texts } from '../resolve/recipes.ts';

const REAL = realTexts();

function linted(texts: Texts): readonly LintFinding[] {
  return lint({ files: [], directories: [recipesOf(texts)] });
}

function places(findings: readonly LintFinding[]): readonly string[] {
  return findings.map(
    ({ file, line, column, code }) => `${file.replace('recipes/', '')}:${line}:${column} ${code}`,
  );
}

/** The same with one piece of one file replaced; `«` marks where the finding is, and is not written. */
function changed(texts: Texts, path: string, from: string, to: string) {
  const text = texts[path] ?? '';
  expect(text.split(from).length).toBeGreaterThan(1);
  const [before = '', ...behind] = text.replace(from, () => to).split('«');
  const rows = before.split('\n');
  return {
    texts: { ...texts, [path]: before + behind.join('') },
    spot: `${path}:${rows.length}:${(rows.at(-1) ?? '').length + 1}`,
  };
}

const TRAINING = 'overlays/h100-eks-ubuntu-training.yaml';
const KUBEFLOW = 'overlays/h100-eks-ubuntu-training-kubeflow.yaml';

describe('the recipes of AICR v0.11.1', () => {
  it('have nothing wrong', () => {
    expect(linted(REAL)).toEqual([]);
  });

  it.each([
    [
      KUBEFLOW,
      'base: h100-eks-ubuntu',
      'base: «h100-eks-ubunt',
      'OVERLAY_PARENT_MISSING: did you mean "h100-eks-ubuntu-training"?',
    ],
    [
      'overlays/eks.yaml',
      '  criteria:\n',
      '  base: «eks-training\n  criteria:\n',
      'OVERLAY_CYCLE: name another overlay',
    ],
    [
      'overlays/eks.yaml',
      'name: eks\n',
      'name: «gke-cos\n',
      'OVERLAY_DUPLICATE: rename one of them',
    ],
    [
      KUBEFLOW,
      'K8s.server.version',
      '«K8s.sever.version',
      'CONSTRAINT_INVALID: did you mean "K8s.server.version"?',
    ],
    [
      KUBEFLOW,
      'K8s.server.version',
      '«K8s.server.versoin',
      'CONSTRAINT_INVALID: did you mean "K8s.server.version"?',
    ],
    [
      KUBEFLOW,
      'K8s.server.version',
      '«K8S.server.version',
      'CONSTRAINT_INVALID: did you mean "K8s.server.version"?',
    ],
    [
      KUBEFLOW,
      'OS.release.VERSION_ID',
      '«OS.release.VERSON_ID',
      'CONSTRAINT_PATH_UNKNOWN: did you mean "OS.release.VERSION_ID"?',
    ],
    [KUBEFLOW, 'OS.sysctl./proc', '«OS.sysctl.proc', 'CONSTRAINT_PATH_UNKNOWN: correct the name'],
    [
      KUBEFLOW,
      'OS.release.ID\n',
      '«OS.packages.ID\n',
      'CONSTRAINT_PATH_UNKNOWN: unless a newer AICR measures this',
    ],
    [KUBEFLOW, 'value: ">= 1.32.4"', 'value: «">="', 'CONSTRAINT_INVALID: correct the value'],
    [
      KUBEFLOW,
      'value: ">= 1.32.4"',
      'value: «">= latest"',
      'CONSTRAINT_INVALID: correct the value',
    ],
    [
      TRAINING,
      '- operator-health',
      '- «operator-helth',
      'CHECK_UNKNOWN: did you mean "operator-health"?',
    ],
    [TRAINING, '- operator-health', '- «dra-support', 'CHECK_UNKNOWN: move it to "conformance"'],
    [TRAINING, '- dra-support', '- «slinky-slurm-health', 'CHECK_UNKNOWN: validators/catalog.yaml'],
    [
      KUBEFLOW,
      'name: kubeflow-trainer',
      'name: «kubeflow-trainr',
      'COMPONENT_UNKNOWN: did you mean "kubeflow-trainer"?',
    ],
    [
      KUBEFLOW,
      'components/kubeflow-trainer/values.yaml',
      '«components/kubeflow-trainer/valeus.yaml',
      'RECIPE_FILE_MISSING: correct its path',
    ],
    [
      KUBEFLOW,
      '      dependencyRefs:\n        - cert-manager',
      '      «dependencyRefs:\n        - cert-manger',
      'DEPENDENCY_UNKNOWN: did you mean "cert-manager"?',
    ],
    [
      'overlays/base.yaml',
      '      valuesFile: components/cert-manager/values.yaml\n',
      '      «dependencyRefs: [nvsentinel]\n',
      'DEPENDENCY_CYCLE: remove one of these',
    ],
    [
      'overlays/gb200-eks-inference.yaml',
      'service: eks\n        accelerator',
      'service: «1.10\n        accelerator',
      'NUMBER_REWRITTEN: put it in quotes',
    ],
    [
      KUBEFLOW,
      'criteria:',
      '«mixins: [a]\n  criteria:',
      'RULES_TOO_OLD: apiVersion aicr.run/v1beta1',
    ],
    [
      'overlays/eks.yaml',
      'kind: RecipeMetadata',
      'kind: «RecipeMetdata',
      'KIND_UNEXPECTED: did you mean "RecipeMetadata"?',
    ],
    [
      KUBEFLOW,
      'criteria:\n    service: eks',
      '«criteria:\n    service: EKS',
      'OVERLAY_UNREACHABLE: correct the criteria',
    ],
    [TRAINING, '    service: eks', '«\t   service: eks', 'DOCUMENT_INVALID: spaces'],
    [TRAINING, 'spec:\n', 'spec: {}\n«spec:\n', 'DOCUMENT_DUPLICATE_KEY: remove one of the two'],
    [TRAINING, 'apiVersion', 'x: «&a 1\napiVersion', 'DOCUMENT_UNSUPPORTED: write the value out'],
    ['registry.yaml', 'components:', 'components: «5\nothers:', 'FIELD_INVALID: '],
    [
      'validators/catalog.yaml',
      'name: operator-health',
      '«nam: operator-health',
      'FIELD_MISSING: ',
    ],
  ])('of %s with %j as %j', (path, from, to, expected) => {
    const { texts, spot } = changed(REAL, path, from, to);
    const found = linted(texts).map((each) => `${places([each])[0] ?? ''}: ${each.hint}`);
    const [code = '', hint = ''] = expected.split(': ');
    const start = `${spot} ${code}: `;
    expect(found.filter((each) => each.includes(hint)).join('\n')).toContain(start);
  });
});

/** What one overlay of a small directory looks like: `spec` is the text below `spec:`. */
function overlay(name: string, spec: string): string {
  return `kind: RecipeMetadata\napiVersion: aicr.nvidia.com/v1alpha1\nmetadata:\n  name: ${name}\nspec:\n${spec}`;
}

describe('lint of a directory', () => {
  it('tells all that is wrong with one file, and goes on with the next ones', () => {
    const broken = [
      ['spec:', 'spec:\n  mixin: [a]\n  platform: x'],
      ['      value: ubuntu', '      value: [ubuntu]'],
      ['K8s.server', 'K8s.sever'],
      ['- operator-health', '- operator-helth'],
      ['- dra-support', '- dra-supports'],
    ].reduce((text, [from = '', to = '']) => text.replace(from, () => to), REAL[TRAINING] ?? '');
    const texts = {
      ...REAL,
      [TRAINING]: broken,
      'overlays/eks.yaml': 'kind: {\n',
      'registry.yaml': '-',
    };
    expect(places(linted(texts))).toEqual([
      'overlays/eks.yaml:2:1 DOCUMENT_INVALID',
      `${TRAINING}:21:3 RULES_TOO_OLD`,
      `${TRAINING}:22:3 RULES_TOO_OLD`,
      `${TRAINING}:36:13 CONSTRAINT_INVALID`,
      `${TRAINING}:39:7 FIELD_INVALID`,
      `${TRAINING}:50:11 CHECK_UNKNOWN`,
      `${TRAINING}:67:11 CHECK_UNKNOWN`,
      'registry.yaml:1:1 FIELD_INVALID',
    ]);
  });

  it('tells each field in which overlays of equal rank disagree, once', () => {
    const spec = (field: string, value: string, version: string): string =>
      `  criteria: {${field}: ${value}}\n  componentRefs:\n    - name: cert-manager\n      version: ${version}\n      namespace: ${value}\n`;
    const texts = {
      ...REAL,
      'overlays/x.yaml': overlay('x', spec('accelerator', 'h100', 'v1')),
      'overlays/y.yaml': overlay('y', spec('os', 'ubuntu', 'v2')),
    };
    const found = linted(texts);
    expect(places(found)).toEqual([
      'overlays/y.yaml:9:16 OVERLAYS_DISAGREE',
      'overlays/y.yaml:10:18 OVERLAYS_DISAGREE',
    ]);
    expect(found.map((each) => each.found)).toEqual([
      'componentRefs/cert-manager/version: "v2" here, "v1" of "x"',
      'componentRefs/cert-manager/namespace: "ubuntu" here, "h100" of "x"',
    ]);
  });

  it('tells of both files with one name, and of a circle once', () => {
    const texts = {
      ...REAL,
      'overlays/a.yaml': overlay('a', '  base: b\n  criteria: {service: eks}\n'),
      'overlays/b.yaml': overlay('b', '  base: c\n'),
      'overlays/c.yaml': overlay('c', '  base: b\n'),
      'overlays/d.yaml': overlay('gke-cos', '  base: base\n'),
    };
    expect(places(linted(texts)).filter((each) => !each.includes('UNREACHABLE'))).toEqual([
      'overlays/b.yaml:6:9 OVERLAY_CYCLE',
      'overlays/d.yaml:4:9 OVERLAY_DUPLICATE',
      'overlays/gke-cos.yaml:18:9 OVERLAY_DUPLICATE',
    ]);
  });

  it('tells of a circle once, though it is longer than what is shown of it', () => {
    const names = Array.from({ length: 25 }, (_, index) => `x${index + 10}`);
    const circle = names.map((name, index) => [
      `overlays/${name}.yaml`,
      overlay(name, `  base: ${names.at(index - 1)}\n  criteria: {service: eks}\n`),
    ]);
    const found = linted({ ...REAL, ...Object.fromEntries(circle) });
    expect(places(found)).toEqual(['overlays/x10.yaml:6:9 OVERLAY_CYCLE']);
    expect(found[0]?.found.split(' → ')).toHaveLength(20);
  });

  it('tells of an overlay without criteria if nobody inherits from it', () => {
    const spec = '  componentRefs: []\n';
    const alone = { ...REAL, 'overlays/a.yaml': overlay('a', spec) };
    expect(places(linted(alone))).toEqual(['overlays/a.yaml:5:1 OVERLAY_UNREACHABLE']);
    const child = overlay('b', '  base: a\n  criteria: {service: eks, os: cos}\n');
    expect(linted({ ...alone, 'overlays/b.yaml': child })).toEqual([]);
  });

  it('finds what is wrong without the root too', () => {
    const texts = {
      ...REAL,
      'overlays/base.yaml': 'kind: {',
      'overlays/a.yaml': overlay('a', '  base: nobody\n'),
    };
    expect(places(linted(texts))).toEqual([
      'overlays/a.yaml:5:1 OVERLAY_UNREACHABLE',
      'overlays/a.yaml:6:9 OVERLAY_PARENT_MISSING',
      'overlays/base.yaml:1:8 DOCUMENT_INVALID',
    ]);
  });

  it('says what one line has room for', () => {
    const long = [
      [TRAINING, '- dra-support', '- slinky-slurm-health'],
      [KUBEFLOW, 'K8s.server.version', 'K8s.nothing.version'],
      [KUBEFLOW, 'K8s.server.version', 'K8s.server'],
      [KUBEFLOW, 'OS.release.VERSION_ID', 'OS.release.VERSON_ID'],
      [KUBEFLOW, '- name: kubeflow-trainer', '- nam: 1\n      name: kubeflow-trainer'],
    ] as const;
    const said = long.flatMap(([path, from, to]) => linted(changed(REAL, path, from, to).texts));
    expect(said.map(({ found, expected, hint }) => [found, expected, hint])).toEqual([
      [
        '"slinky-slurm-health"',
        'a check of conformance: "dra-support", "gang-scheduling", "accelerator-metrics", "ai-service-metrics", "inference-gateway" and 6 more',
        'correct it, or add it to validators/catalog.yaml',
      ],
      [
        '"K8s.nothing.version"',
        'K8s.server, K8s.image, K8s.policy, K8s.helm, K8s.node and 8 more',
        'correct the name, unless a newer AICR measures this',
      ],
      [
        '"K8s.server" is not Type.subtype.key or Type.subtype[selector].key',
        'what a snapshot shows, e.g. "K8s.server.version"',
        'correct the name',
      ],
      [
        '"OS.release.VERSON_ID"',
        'NAME, ID, ID_LIKE, PRETTY_NAME, VERSION and 10 more',
        'did you mean "OS.release.VERSION_ID"?',
      ],
      [
        '"nam"',
        'a field that AICR v0.11 knows there',
        'correct the name, or write the recipes for a newer AICR, with the apiVersion aicr.run/v1beta1',
      ],
    ]);
  });

  it('names a mixin that lies among the overlays', () => {
    const mixin = overlay('m', '  constraints: []\n').replace('RecipeMetadata', 'RecipeMixin');
    const [found] = linted({ ...REAL, 'overlays/m.yaml': mixin });
    expect([found?.code, found?.line, found?.hint]).toEqual([
      'KIND_UNEXPECTED',
      1,
      "put it into the folder mixins of recipes of today's AICR",
    ]);
  });

  const UNRELATED = overlay(
    'z',
    '  criteria: {service: eks}\n  componentRefs: [{name: cert-manager, dependencyRefs: [cert-manger]}]\n',
  );

  it.each([
    ['a circle', { a: '  base: b\n', b: '  base: a\n' }, 'a.yaml:6:9 OVERLAY_CYCLE'],
    ['what hangs from it', { b: '  base: b\n', c: '  base: b\n' }, 'b.yaml:6:9 OVERLAY_CYCLE'],
    ['a missing parent', { a: '  base: nobody\n' }, 'a.yaml:6:9 OVERLAY_PARENT_MISSING'],
  ])('finds what is wrong beside %s, and says no more of that', (_, specs, expected) => {
    const others = Object.entries<string>(specs).map(([name, spec]) => [
      `overlays/${name}.yaml`,
      overlay(name, `${spec}  criteria: {service: eks}\n`),
    ]);
    const texts = { ...REAL, ...Object.fromEntries(others), 'overlays/z.yaml': UNRELATED };
    expect(places(linted(texts))).toEqual([
      `overlays/${expected}`,
      'overlays/z.yaml:7:40 DEPENDENCY_UNKNOWN',
    ]);
  });

  it('blames no overlay for a parent that cannot be read', () => {
    const texts = { ...REAL, 'overlays/eks.yaml': `${REAL['overlays/eks.yaml'] ?? ''}\n  x` };
    expect(places(linted(texts)).map((each) => each.split(' ')[1])).toEqual(['DOCUMENT_INVALID']);
  });
});

describe("today's recipes", () => {
  const GOOD = smallToday(
    {
      eks: `  mixins: [m]\n  criteria: {service: eks}\n  constraints: [{name: NodeTopology.gpu-nodes.label, value: "!a"}]\n`,
      p: `  criteria: {service: gke}
  profile:
    name: p
    default: a
    values:
      a: {componentRefs: [{name: one, overrides: {x: 1}}]}
      b: {componentRefs: [{name: one, overrides: {x: 2}}], readinessConstraints: [{name: OS.release.ID, value: cos}]}
`,
    },
    { m: '  componentRefs: [{name: kust}]\n' },
  );
  const GIVEN = { ...GOOD, 'components/two/manifests/a.yaml': 'a: 1\n' };

  it('have nothing wrong', () => {
    expect(linted(GIVEN)).toEqual([]);
  });

  it.each([
    ['overlays/eks.yaml', '[m]', '[«n, m, «o]', ['MIXIN_MISSING']],
    ['mixins/m.yaml', 'kust', 'one, version: «"1"', ['MIXIN_CONFLICT']],
    ['mixins/m.yaml', 'spec:', 'spec:\n  «criteria: {}', ['FIELD_UNKNOWN']],
    ['overlays/p.yaml', 'OS.release.ID', '«OSS.release.ID', ['CONSTRAINT_INVALID']],
    [
      'overlays/p.yaml',
      'b: {componentRefs: [{name: one, overrides: {x: 2}}]',
      '«b: {componentRefs: [{name: one, overrides: {y: 2}}]',
      ['PROFILE_INVALID'],
    ],
    ['overlays/p.yaml', 'name: p\n    default', 'name: «kind-p\n    default', ['PROFILE_INVALID']],
    ['overlays/eks.yaml', 'criteria: {', 'criteria: {nodes: «5, ', ['FIELD_INVALID']],
    ['overlays/base.yaml', 'aicr.run/v1beta1', '«aicr.run/v1alpha2', ['API_VERSION_OUTDATED']],
    ['overlays/eks.yaml', 'aicr.run/v1beta1', '«aicr.run/v7', ['API_VERSION_UNKNOWN']],
    [
      'overlays/base.yaml',
      '{name: one, type: helm}',
      '{name: «onee, type: helm}',
      ['COMPONENT_UNKNOWN'],
    ],
  ])('of %s with %j as %j', (path, from, to, codes) => {
    const { texts, spot } = changed(GIVEN, path, from, to);
    const findings = linted(texts);
    expect(findings.map(({ code }) => code)).toEqual(expect.arrayContaining(codes));
    expect(places(findings)).toContain(`${spot} ${codes[0] ?? ''}`);
  });

  it('blame no overlay for a mixin that cannot be read', () => {
    const found = linted({ ...GIVEN, 'mixins/m.yaml': 'kind: {' });
    expect(places(found)).toEqual(['mixins/m.yaml:1:8 DOCUMENT_INVALID']);
  });

  it('tells the fields that depend on the names of overlays as warnings', () => {
    const spec = (criteria: string, version: string): string =>
      `  criteria: {${criteria}}\n  componentRefs: [{name: one, version: ${version}}]\n`;
    const found = linted({
      ...GIVEN,
      ...smallToday({ x: spec('accelerator: h100', 'v1'), y: spec('os: ubuntu', 'v2') }),
    });
    expect(found.map(({ code, severity }) => [code, severity])).toEqual([
      ['OVERLAYS_ORDERED_BY_NAME', 'warning'],
    ]);
  });
});

describe('lint of files', () => {
  const named = (file: string, text: string) => ({ file, bytes: Buffer.from(text) });
  const data = recipesOf(REAL, 'data');
  const text = REAL['overlays/eks.yaml'] ?? '';

  it('says of a file alone only what it says itself', () => {
    const changedText = text
      .replace('spec:', 'spec:\n  base: nobody')
      .replace('K8s.server', 'K8s.sever');
    const found = lint({ files: [named('mine.yaml', changedText)], directories: [] });
    expect(places(found)).toEqual(['mine.yaml:31:13 CONSTRAINT_INVALID']);
  });

  it('lays files over the recipes, and tells what they break there', () => {
    const without = text.replace(/ {4}- name: aws-ebs-csi-driver\n(?: {6}.*\n)*/, '');
    expect(lint({ files: [named('my/eks.yaml', text)], directories: [], data })).toEqual([]);
    const renamed = named('my/eks.yaml', text.replace('name: eks\n', 'name: eks2\n'));
    const found = lint({ files: [renamed], directories: [], data });
    expect(
      found.some(
        ({ file, code }) =>
          file === 'data/overlays/eks-training.yaml' && code === 'OVERLAY_PARENT_MISSING',
      ),
    ).toBe(true);
    expect(lint({ files: [named('my/eks.yaml', without)], directories: [], data })).toEqual([]);
    const child = named(
      'my/new.yaml',
      text.replace('name: eks\n', 'name: new\n').replace('spec:', 'spec:\n  base: eks-trainin'),
    );
    expect(places(lint({ files: [child], directories: [], data }))).toEqual([
      'my/new.yaml:21:9 OVERLAY_PARENT_MISSING',
    ]);
  });

  it.each([
    ['service: «ekss', 'did you mean "eks"? If not, leave it'],
    ['service: eks, intent: «trainning', 'did you mean "training"? If not, leave it'],
    ['service: eks, accelerator: «h1000', 'did you mean "h100"? If not, leave it'],
  ])('doubts a criterion that nobody else has: %s', (criteria, hint) => {
    const path = 'overlays/new.yaml';
    const mine = { [path]: overlay('new', '  criteria: {}\n') };
    const { texts, spot } = changed(mine, path, '{}', `{${criteria}}`);
    const written = texts[path] ?? '';
    const files = [named(path, written)];
    const found = lint({ files, directories: [], data });
    expect(places(found)).toEqual([`${spot} CRITERIA_DOUBTFUL`]);
    expect(found.map((each) => [each.severity, each.hint])).toEqual([['warning', hint]]);
    // What two overlays have is a value of its own, and so is what is like nothing.
    const again = named('overlays/again.yaml', written.replace('new', 'again'));
    expect(lint({ files: [...files, again], directories: [], data })).toEqual([]);
    const other = named(path, written.replace(/ekss|trainning|h1000/, 'quite_new'));
    expect(lint({ files: [other], directories: [], data })).toEqual([]);
  });

  it('lays a file over the recipes, whatever it is called', () => {
    const files = [named('standard input', overlay('new', '  base: nobody\n'))];
    expect(places(lint({ files, directories: [], data }))).toContain(
      'standard input:6:9 OVERLAY_PARENT_MISSING',
    );
  });

  it('lays a directory over the recipes', () => {
    const own = recipesOf(
      { 'overlays/eks.yaml': text.replace('K8s.server', 'K8s.sever'), 'overlays/new.yaml': text },
      'own',
    );
    expect(places(lint({ files: [], directories: [own], data }))).toEqual([
      'own/overlays/eks.yaml:18:9 OVERLAY_DUPLICATE',
      'own/overlays/eks.yaml:30:13 CONSTRAINT_INVALID',
      'own/overlays/new.yaml:18:9 OVERLAY_DUPLICATE',
    ]);
  });

  it('says where a file alone is no YAML', () => {
    const found = lint({
      files: [named('x.yaml', 'kind: RecipeMetadata\na: b: c\n')],
      directories: [],
    });
    expect(places(found)).toEqual(['x.yaml:2:5 DOCUMENT_INVALID']);
  });

  it('says that it did not resolve all, if too many overlays go together', () => {
    const values = Array.from({ length: 46 }, (_, index) => index);
    const specs = ['service', 'platform'].flatMap((name) =>
      values.map((value) => [`${name}-${value}`, `  criteria: {${name}: x${value}}\n`] as const),
    );
    const found = linted(smallToday(Object.fromEntries(specs)));
    const told = found.filter(({ code }) => code === 'LIMIT_EXCEEDED');
    expect(places(told)).toEqual(['recipes:1:1 LIMIT_EXCEEDED']);
    expect(told[0]?.found).toBe('recipes of more than 2000 criteria');
  });

  it('says that it did not resolve all, if too many overlays are in too many recipes', () => {
    const specs = Array.from({ length: 450 }, (_, index): [string, string] => [
      `x${index}`,
      `  criteria: {${index % 2 === 0 ? 'service: eks' : `platform: x${index}`}}\n`,
    ]);
    const [found] = linted(smallV011(Object.fromEntries(specs)));
    expect([found?.code, found?.found]).toEqual([
      'LIMIT_EXCEEDED',
      'recipes of more than 50000 overlays',
    ]);
  });

  it('tells nothing of the recipes that is wrong without the file', () => {
    const old = recipesOf({ ...REAL, 'overlays/z.yaml': overlay('z', '  base: nobody\n') }, 'data');
    expect(lint({ files: [named('my/eks.yaml', text)], directories: [], data: old })).toEqual([]);
  });

  it('tells of an unknown field once, in a resolved recipe too', () => {
    const recipe =
      'kind: RecipeResult\napiVersion: aicr.run/v1\ncriteria: {servce: eks, x: 1}\ncomponentRefs: []\n"a/b": 1\n';
    const found = lint({ files: [named('r.yaml', recipe)], directories: [] });
    expect(places(found)).toEqual([
      'r.yaml:3:12 FIELD_DROPPED',
      'r.yaml:3:25 FIELD_DROPPED',
      'r.yaml:5:1 FIELD_DROPPED',
    ]);
    expect(found[0]?.hint).toBe('did you mean "service"?');
  });

  it.each<readonly [string, string, string]>([
    ['name: training-mode, value: a, ownedPaths: {}', 'name: one', '4:27 FIELD_INVALID'],
    ['name: stack, value: "a b", ownedPaths: {}', 'name: one', '4:41 FIELD_INVALID'],
    ['name: stack, value: a, ownedPaths: {c: x}', 'name: one', '4:60 FIELD_INVALID'],
    ['name: stack, value: a, ownedPaths: {}, advertiser: b', 'name: one', '4:72 FIELD_INVALID'],
    ['value: a, ownedPaths: {}', 'name: one', '4:3 FIELD_MISSING'],
    ['name: stack, value: a, ownedPaths: {}', 'name: []', '6:18 FIELD_INVALID'],
  ])('invents nothing beside what is refused of {%s} and {%s}', (selected, component, expected) => {
    const recipe = `kind: RecipeResult
apiVersion: aicr.run/v1beta2
metadata:
  selectedProfile: {${selected}}
criteria: {nodes: x}
componentRefs: [{${component}}]
`;
    const found = lint({ files: [named('r.yaml', recipe)], directories: [] });
    expect(places(found).toSorted()).toEqual(
      [`r.yaml:5:19 FIELD_INVALID`, `r.yaml:${expected}`].toSorted(),
    );
  });

  it('reads a resolved recipe, and names a Helm chart', () => {
    const recipe = `kind: RecipeResult
apiVersion: aicr.run/v1
metadata: {}
criteria: {service: eks}
constraints:
  - name: K8s.sever.version
    value: ">= 1"
componentRefs:
  - name: gpu-operater
    type: Helm
    overrides: {version: 1.10}
deploymentOrder: []
validation:
  deployment: {checks: [nobody]}
`;
    const found = lint({ files: [named('r.yaml', recipe)], directories: [], data });
    expect(places(found)).toEqual([
      'r.yaml:6:11 CONSTRAINT_INVALID',
      'r.yaml:9:11 COMPONENT_UNKNOWN',
      'r.yaml:11:26 NUMBER_REWRITTEN',
      'r.yaml:14:25 CHECK_UNKNOWN',
    ]);
    const chart = named('Chart.yaml', 'apiVersion: v2\nname: x\nversion: 1.0.0\n');
    const snapshot = named('s.yaml', 'kind: Snapshot\nmeasurements: []\n');
    const others = lint({ files: [chart, snapshot], directories: [] });
    expect(places(others)).toEqual([
      'Chart.yaml:1:1 RECIPE_IS_CHART',
      's.yaml:1:7 KIND_UNEXPECTED',
    ]);
    for (const { expected, hint } of others) {
      expect(expected).toBe('an overlay, a mixin, a registry or a resolved recipe');
      expect(hint).toMatch(/; name here a file of AICR's recipes, or what `aicr recipe` wrote$/);
    }
  });
});

it('ends on any file, and names a place in it', () => {
  const paths = [KUBEFLOW, 'overlays/base.yaml', 'registry.yaml', 'validators/catalog.yaml'];
  const pieces = [
    '',
    '~',
    '[]',
    '{}',
    '[~]',
    '"',
    '1.10',
    'x',
    '\n',
    '- ',
    'name: ',
    'spec: ',
    'base',
    ': ',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...paths),
      fc.nat(),
      fc.nat({ max: 60 }),
      fc.constantFrom(...pieces),
      (path, start, length, piece) => {
        const text = REAL[path] ?? '';
        const from = start % text.length;
        const mutated = text.slice(0, from) + piece + text.slice(from + length);
        for (const { file, line, column } of linted({ ...REAL, [path]: mutated })) {
          const rows = (file === `recipes/${path}` ? mutated : (REAL[file.slice(8)] ?? '')).split(
            '\n',
          );
          expect(line).toBeLessThanOrEqual(rows.length);
          expect(column).toBeLessThanOrEqual((rows[line - 1]?.length ?? 0) + 1);
        }
      },
    ),
    { numRuns: propertyRuns(10, 60) },
  );
});
