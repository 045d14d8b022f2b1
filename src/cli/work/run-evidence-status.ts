import type { Fault } from '../../errors/evidence-error.ts';
import { SCHEMA_VERSION } from '../../media-types.ts';
import {
  placeStatus,
  stateOf,
  type PlaceStatus,
  type Service,
  type TagStatus,
} from '../../pointer/artifact-status.ts';
import { counted } from '../../sentence.ts';
import type { Call } from '../call/command.ts';
import { wrapLines } from '../call/wrap-talk.ts';
import { deliver } from './deliver.ts';
import { namedArtifact, type NamedArtifact } from './named-artifact.ts';
import { namedAttestation } from './named-attestation.ts';

/** Says what each location serves of an artifact. All of it is read. */
export async function runEvidenceStatus(call: Call): Promise<number> {
  const attestation = namedAttestation(call);
  // Nobody relies on what is only listed, and that a tag was moved is said here.
  const rules = { at: 'REF', allowTag: true };
  const named = await namedArtifact(call.options.required('ref'), call, rules);
  const asked = { digest: named.digest, attestation: attestation ?? named.attestation };
  const places: PlaceStatus[] = [];
  for (const [index, place] of named.places.entries()) {
    // A tag is one of the first repository alone: copies go by the digest.
    const tag = index === 0 ? named.tag : undefined;
    places.push(await call.progress('reading', placeStatus(place, { ...asked, tag })));
  }
  const exitCode = exitCodeOf(places);
  if (call.options.text('format') === 'json') {
    const { encodeReport } = await import('../../report/encode-report.ts');
    const { faultJson } = await import('../../report/json.ts');
    const json = {
      artifact: named.digest,
      exitCode,
      locations: places.map((place) => placeJson(place, faultJson)),
    };
    await deliver(encodeReport({ schemaVersion: SCHEMA_VERSION, ...json }), call);
  } else {
    await deliver(linesOf(named, places).join(''), call, wrapLines);
  }
  return exitCode;
}

function exitCodeOf(places: readonly PlaceStatus[]): number {
  const states = new Set(
    places.flatMap(({ state, attached, tag }) => [
      ...[state, ...attached.map((each) => each.state)],
      ...(tag?.fault === undefined ? [] : [stateOf(tag.fault)]),
    ]),
  );
  if (states.has('unreachable')) return 3;
  return states.has('lacks') || states.has('differs') ? 1 : 0;
}

/** schemas/status.schema.json */
function placeJson(
  { name, state, fault, layer, attached, tag }: PlaceStatus,
  faultJson: (fault: Fault) => object,
): object {
  const orNull = (each: Fault | undefined): object | null => (each ? faultJson(each) : null);
  return {
    ...{ name, state, fault: orNull(fault) },
    layer: layer === undefined ? null : { digest: layer.digest, size: layer.size },
    attached: attached.map((each) => ({
      digest: each.digest ?? null,
      state: each.state,
      fault: orNull(each.fault),
    })),
    tag:
      tag === undefined ? null : { ...tag, digest: tag.digest ?? null, fault: orNull(tag.fault) },
  };
}

const WORDS: Readonly<Record<Service, string>> = {
  serves: 'serves it',
  lacks: 'LACKS IT',
  differs: 'SERVES SOMETHING ELSE',
  unreachable: 'NOT REACHABLE',
  other: 'no signature of it',
  listed: 'listed, not read',
};

function linesOf({ digest }: NamedArtifact, places: readonly PlaceStatus[]): readonly string[] {
  return [`artifact ${digest}\n`, ...places.flatMap((place) => placeLines(place))];
}

function placeLines({ name, state, fault, layer, attached, tag }: PlaceStatus): readonly string[] {
  const size = layer === undefined ? '' : `, ${counted(layer.size, 'byte')} in its layer`;
  const signatures = attached.map(
    (each) => `  attached ${each.digest ?? 'list'}: ${WORDS[each.state]}${reasonOf(each.fault)}\n`,
  );
  const isBare = state === 'serves' && attached.length === 0;
  return [
    `\n${name}: ${WORDS[state]}${size}${reasonOf(fault)}\n`,
    ...signatures,
    ...(isBare ? ['  nothing is attached\n'] : []),
    ...(tag === undefined ? [] : [`  tag ${tag.name}: ${tagWords(tag)}\n`]),
  ];
}

function tagWords({ digest, isMoved, fault }: TagStatus): string {
  if (fault !== undefined) return `NOT KNOWN${reasonOf(fault)}`;
  if (digest === undefined) return 'not there';
  return isMoved ? `MOVED, it is ${digest} now` : 'the artifact';
}

function reasonOf(fault: Fault | undefined): string {
  if (fault === undefined) return '';
  const { code, found, hint } = fault;
  return `\n    ${code}: found ${found}\n    next: ${hint}`;
}
