import { resultsRequired } from '../../evidence/pack/results-required.ts';
import type { Results } from '../../evidence/phase/ctrf.ts';
import { PHASES, isPhase } from '../../evidence/phase/phase.ts';
import { validate } from '../../evidence/validate/validate.ts';
import type {
  NamedDocument,
  Validation,
  ValidationInputs,
} from '../../evidence/validate/validate.ts';
import type { FileKind } from '../../file-kinds.ts';
import { STDIN, nameOf, readFileBounded, requireOneStdin } from '../../io/disk/files.ts';
import { readResults, type ResultsPath } from '../../io/disk/results.ts';
import { documentTime, requireSignable } from '../../io/process/clock.ts';
import { servicePaths } from '../../io/sigstore/service-paths.ts';
import { signingStatePath } from '../../io/sigstore/signing-journal.ts';
import { openSigning, type SigningSession } from '../../io/sigstore/signing-session.ts';
import { MAX_JSON_BYTES, MAX_RECIPE_BYTES, MAX_SNAPSHOT_BYTES } from '../../limits.ts';
import { refuse } from '../../place.ts';
import { escapeInvisible, quote } from '../../quote.ts';
import { pathWord } from '../../shell-words.ts';
import type { Call } from '../call/command.ts';
import { isDirectoryWanted, outOf } from '../call/layout-flag.ts';
import { outputsOf } from '../call/report-flags.ts';
import { resultsOf } from '../call/results-flags.ts';
import { maxRunSpanOf, spanWords } from '../call/run-flags.ts';
import { SIGNING_FILES } from '../call/signing-flags.ts';
import { endSelfCheck, inputWord } from './self-check-report.ts';
import { signingChoice } from './signing-choice.ts';
import {
  MOST_UNSIGNED,
  logsPath,
  requireOutputs,
  unsignedPath,
  type ValidationPaths,
} from './validate-outputs.ts';
import { validatorImage } from './validator-image.ts';

export async function runValidate(call: Call): Promise<number> {
  const out = outOf(call.options);
  const now = documentTime(call.environment);
  const maxRunSpan = maxRunSpanOf(call.options);
  for (const word of call.options.texts('validator-image')) validatorImage(word);
  requireRedaction(call);
  const paths = resultsPaths(call.options);
  requireReadable(call, out, paths);
  // Before the outputs are looked at: what is kept of results in other forms may be one of them. What is wrong with
  // results is said where they are used, after what is wrong with the outputs.
  const reading = paths.length === 0 ? Promise.resolve(undefined) : readResults(paths);
  await requireGoodOutputs(call, out, await reading.catch(() => undefined));
  const session = await openSession(call, out, now);
  try {
    const validation = await readAndValidate(call, { now, maxRunSpan, reading });
    const repeat = selfCheckCommand(call);
    if (out === undefined) return await endSelfCheck(validation, call, { repeat });
    const { emitEvidence } = await import('./emit-evidence.ts');
    const emitted = await emitEvidence(out, validation, session, call);
    const bound = validation.files?.length;
    const written = { out, ...emitted, bound, rootPath: session?.rootPath };
    return await endSelfCheck(validation, call, { repeat, written });
  } finally {
    await session?.close?.();
  }
}

/** Nothing that is published whole can be revealed later. */
function requireRedaction({ options }: Call): void {
  if (!options.has('openings') || options.text('redact') !== 'none') return;
  const hint = 'leave --redact none out, or --openings';
  const expected = '--redact minimal, which withholds something';
  refuse({ code: 'USAGE', at: '--openings', hint }, 'nothing that is redacted', expected);
}

/** Throws USAGE. */
function resultsPaths(options: Call['options']): readonly ResultsPath[] {
  return resultsOf(options).map(({ path, phase }) => {
    if (phase === undefined || isPhase(phase)) return { path, phase };
    const hint = `write it like --phase ${PHASES[0]}=junit.xml`;
    refuse({ code: 'USAGE', at: '--phase', hint }, quote(phase), `one of ${PHASES.join(', ')}`);
  });
}

function requireReadable(
  { options, environment }: Call,
  out: string | undefined,
  results: readonly ResultsPath[],
): void {
  if (out !== undefined && results.length === 0) throw resultsRequired('--results');
  const variables = servicePaths(environment);
  const token = options.text('identity-token');
  requireOneStdin([...openedBy(options), ...Object.values(variables), token]);
}

/** Everything that is read. */
function openedBy(options: Call['options']): readonly string[] {
  const documents = [options.required('recipe'), options.required('snapshot')];
  const files = [...SIGNING_FILES, 'data', 'logs', 'bom'].flatMap(
    (name) => options.text(name) ?? [],
  );
  return [...documents, ...resultsOf(options).map(({ path }) => path), ...files];
}

async function requireGoodOutputs(
  { options, environment }: Call,
  out: string | undefined,
  results: Results | undefined,
): Promise<void> {
  const paths = resultsOf(options).map(({ path }) => path);
  const hasMore = options.has('logs') || (results?.originals?.size ?? 0) > 0;
  await requireOutputs({
    open: openedBy(options),
    variables: servicePaths(environment),
    ...{ out, isDirectory: isDirectoryWanted(options) },
    ...besideOut(out, options, hasMore),
    force: options.has('force'),
    sandbox: options.has('sandbox'),
    outputs: outputsOf(options),
    openings: options.text('openings'),
    publishedFrom: [...paths, options.text('logs') ?? STDIN],
  });
}

/** Logs, and originals of results, are in the bundle if nothing is redacted. */
function besideOut(
  out: string | undefined,
  options: Call['options'],
  hasMore: boolean,
): Pick<ValidationPaths, 'logs' | 'noLogs' | 'beside'> {
  if (out === undefined) return { beside: [] };
  const hasLogs = hasMore && options.text('redact') !== 'none';
  const kept = unsignedPath(out, MOST_UNSIGNED);
  return {
    ...{ [hasLogs ? 'logs' : 'noLogs']: logsPath(out) },
    beside: options.has('no-sign') ? [] : [hasLogs ? logsPath(kept) : kept, signingStatePath(out)],
  };
}

/** If something for signing is missing, that is said before any work is done. */
async function openSession(
  call: Call,
  out: string | undefined,
  now: Date,
): Promise<SigningSession | undefined> {
  if (out === undefined || call.options.has('no-sign')) return undefined;
  requireSignable(now);
  return await openSigning(signingChoice(call, out, isDirectoryWanted(call.options)));
}

async function readAndValidate(
  { options }: Call,
  {
    reading,
    ...more
  }: Pick<ValidationInputs, 'now' | 'maxRunSpan'> & {
    readonly reading: Promise<ValidationInputs['results']>;
  },
): Promise<Validation> {
  const named = { recipe: options.required('recipe'), snapshot: options.required('snapshot') };
  const recipe = await readDocument(named.recipe, MAX_RECIPE_BYTES, 'recipe');
  const snapshot = await readDocument(named.snapshot, MAX_SNAPSHOT_BYTES, 'snapshot');
  const results = await reading;
  const bomPath = options.text('bom');
  const bom =
    bomPath === undefined ? undefined : await readDocument(bomPath, MAX_JSON_BYTES, 'bom');
  const data = options.text('data');
  const recipes =
    data === undefined ? undefined : await (await import('./own-recipes.ts')).readOwnRecipes(data);
  return validate({ recipe, snapshot, recipes, results, bom, ...more });
}

async function readDocument(
  path: string,
  maxBytes: number,
  wanted: FileKind,
): Promise<NamedDocument> {
  const bytes = await readFileBounded(path, maxBytes, wanted);
  return { name: escapeInvisible(nameOf(path)), bytes };
}

/** The self-check again: it packs and signs nothing, so it names nothing of that, least of all a token. */
function selfCheckCommand({ options }: Call): readonly string[] {
  const results = resultsOf(options).filter(({ phase }) => phase === undefined);
  const phases = resultsOf(options).flatMap(({ phase, path }) =>
    phase === undefined ? [] : [`${phase}=${path}`],
  );
  const data = options.text('data');
  return [
    ...['affidavit', 'validate'],
    ...['--recipe', inputWord(options.required('recipe'))],
    ...['--snapshot', inputWord(options.required('snapshot'))],
    ...(data === undefined ? [] : ['--data', pathWord(data)]),
    ...(results.length === 0 ? [] : ['--results', ...results.map(({ path }) => inputWord(path))]),
    ...(phases.length === 0 ? [] : ['--phase', ...phases]),
    ...spanWords(options),
  ];
}
