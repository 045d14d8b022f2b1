// `NodeTopology.gpu-nodes.label`: a demand on a label of every GPU node. The path names nothing in the
// snapshot; the nodes are found here. Any doubt makes it unevaluable: if a node were missed, the demand
// that no GPU node has a label could be true by mistake.

import { trimBlanks } from '../../document/blanks.ts';
import { scalarText } from '../../document/data.ts';
import { quote } from '../../quote.ts';
import { itemReadings, nodesIn, splitFolded } from '../snapshot/label-reading.ts';
import type { FoldedLabel } from '../snapshot/label-reading.ts';
import { subtypeOf, type Snapshot } from '../snapshot/snapshot.ts';
import type { Subtype } from '../snapshot/subtype.ts';
import {
  PASSED,
  notShown,
  unclear,
  unevaluable,
  type Decision,
  type Unevaluable,
} from './decision.ts';

export const GPU_NODES_PATH = 'NodeTopology.gpu-nodes.label';

/** GKE gives it to GPU nodes from the start, before any operator runs. No other service has one. */
const GPU_NODE_LABEL = 'cloud.google.com/gke-accelerator';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
const NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const MAX_NAME_CHARACTERS = 63;
/** RFC 1123, what node names and the prefixes of label keys are. */
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const MAX_SUBDOMAIN_CHARACTERS = 253;

/** The lists of the nodes that have each value of one label; every name in them is one. */
type NodesByValue = ReadonlyMap<string, readonly string[]>;

interface Demand {
  readonly key: string;
  /** The value that every GPU node has to have; undefined: no GPU node may have the label. */
  readonly value: string | undefined;
}

export interface GpuNodesResult {
  readonly decision: Decision;
  /** How many GPU nodes are as demanded, e.g. `2 of 3 GPU nodes`. */
  readonly actual: string | undefined;
}

/** What all demands on one snapshot share. */
interface Topology {
  readonly gpuNodes: ReadonlySet<string>;
  readonly nodesOf: NodesOf;
}

/** The nodes that have a label, or why nobody can tell. */
type NodesOf = (label: string) => NodesByValue | Unevaluable;

/**
 * An evaluator of these demands on one snapshot. What it computes is kept, so that the time depends on
 * the size of the snapshot only. Else a thousand demands on a large one would take minutes.
 */
export function gpuNodesEvaluator(
  snapshot: Snapshot,
  expressions: readonly string[],
): (expression: string) => GpuNodesResult {
  const labels = subtypeOf(snapshot, 'NodeTopology', 'label');
  const demands = expressions.map((expression) => parseDemand(trimBlanks(expression)));
  const keys = demands.flatMap((demand) => ('outcome' in demand ? [] : [demand.key]));
  const wanted = new Set([GPU_NODE_LABEL, ...keys]);
  let topology: Topology | Unevaluable | undefined;
  const results = new Map<string, GpuNodesResult>();
  return (expression) => {
    const demand = parseDemand(trimBlanks(expression));
    if ('outcome' in demand) return { decision: demand, actual: undefined };
    topology ??= topologyOf(labels, wanted);
    if ('outcome' in topology) return { decision: topology, actual: undefined };
    const { key, value } = demand;
    const name = value === undefined ? `!${key}` : `${key}=${value}`;
    const result = results.get(name) ?? evaluateDemand(demand, topology);
    results.set(name, result);
    return result;
  };
}

function topologyOf(
  labels: Subtype | undefined,
  wanted: ReadonlySet<string>,
): Topology | Unevaluable {
  if (labels === undefined) return notShown('the snapshot has no NodeTopology.label');
  const find =
    labels.items.length > 0 ? losslessNodes(labels, wanted) : foldedNodes(labels, wanted);
  if (find === undefined) return unclear('NodeTopology.label contradicts itself');
  const known = new Map<string, NodesByValue | Unevaluable>();
  const nodesOf: NodesOf = (label) => {
    const nodes = known.get(label) ?? find(label);
    known.set(label, nodes);
    return nodes;
  };
  const labelled = nodesOf(GPU_NODE_LABEL);
  if ('outcome' in labelled) return labelled;
  const gpuNodes = new Set(nodesOfLists(labelled.values()));
  if (gpuNodes.size === 0) return notShown(`no node has the label ${GPU_NODE_LABEL}`);
  return { gpuNodes, nodesOf };
}

/** Goes over the nodes with the label, not over all GPU nodes: the former are others for each demand. */
function evaluateDemand({ key, value }: Demand, { gpuNodes, nodesOf }: Topology): GpuNodesResult {
  const labelled = nodesOf(key);
  if ('outcome' in labelled) return { decision: labelled, actual: undefined };
  const lists = value === undefined ? labelled.values() : [labelled.get(value) ?? []];
  const having = new Set<string>();
  for (const node of nodesOfLists(lists)) {
    if (gpuNodes.has(node)) having.add(node);
  }
  const good = value === undefined ? gpuNodes.size - having.size : having.size;
  const actual = `${good} of ${gpuNodes.size} GPU nodes`;
  if (good === gpuNodes.size) return { decision: PASSED, actual };
  return { decision: { outcome: 'failed', reason: `only ${actual} are as demanded` }, actual };
}

/** What `actual` says, as a cluster of at most so many nodes can have it; undefined if none can. */
export function outcomeOfCount(actual: string, nodes: number): 'passed' | 'failed' | undefined {
  const [, good, all] = /^(0|[1-9]\d{0,8}) of ([1-9]\d{0,8}) GPU nodes$/.exec(actual) ?? [];
  if (all === undefined || Number(all) > nodes || Number(good) > Number(all)) return undefined;
  return good === all ? 'passed' : 'failed';
}

/** The labels that a demand looks at; none if it cannot be read. */
export function labelsOfDemand(expression: string): readonly string[] {
  const demand = parseDemand(trimBlanks(expression));
  return 'outcome' in demand ? [] : [GPU_NODE_LABEL, demand.key];
}

/** `key=value`, `key=` for the empty value, or `!key`; a key that no node can have would always hold. */
function parseDemand(text: string): Demand | Unevaluable {
  const equals = text.indexOf('=');
  const isNegated = text.startsWith('!');
  const key = isNegated ? trimBlanks(text.slice(1)) : text.slice(0, Math.max(equals, 0));
  const value = isNegated ? undefined : text.slice(equals + 1);
  const isReadable = isLabelKey(key) && (value === undefined || value === '' || isName(value));
  if (isReadable) return { key, value };
  return unevaluable(`${quote(text)} is not label=value or !label`);
}

function losslessNodes(labels: Subtype, wanted: ReadonlySet<string>): NodesOf | undefined {
  const readings = itemReadings(labels, wanted);
  if (readings === undefined) return undefined;
  const readingsOf = Map.groupBy(readings, ({ key }) => key);
  return (label) => {
    const nodesByValue = new Map<string, string[]>();
    for (const { value, nodeList, truncated } of readingsOf.get(label) ?? []) {
      if (truncated || !holdsNodeNames(nodeList)) return partial(label);
      const known = nodesByValue.get(value) ?? [];
      known.push(nodeList);
      nodesByValue.set(value, known);
    }
    return nodesByValue;
  };
}

/**
 * The folded encoding writes `<key>.<value>` for a key with several values, and so does a label of
 * that name. Genuine ones come at least in pairs, never beside the plain key, and share no node.
 */
function foldedNodes(labels: Subtype, wanted: ReadonlySet<string>): NodesOf {
  const plainOf = new Map<string, FoldedLabel>();
  const suffixedOf = new Map<string, FoldedLabel[]>();
  for (const [key, data] of labels.data) {
    const entry = splitFolded(scalarText(data) ?? '');
    if (wanted.has(key)) plainOf.set(key, entry);
    const label = key.endsWith(`.${entry.value}`) ? key.slice(0, -entry.value.length - 1) : '';
    if (!wanted.has(label)) continue;
    const suffixed = suffixedOf.get(label) ?? [];
    suffixed.push(entry);
    suffixedOf.set(label, suffixed);
  }
  return (label) => nodesOfEntries(label, plainOf.get(label), suffixedOf.get(label) ?? []);
}

/** @param suffixed those that may be of the label: their key ends with their value. */
function nodesOfEntries(
  label: string,
  plain: FoldedLabel | undefined,
  suffixed: readonly FoldedLabel[],
): NodesByValue | Unevaluable {
  const all = plain === undefined ? suffixed : [plain, ...suffixed];
  if (all.some(({ nodeList }) => !holdsNodeNames(nodeList))) return partial(label);
  const entries = plain === undefined ? suffixed : [plain];
  const nodesByValue = new Map(entries.map(({ value, nodeList }) => [value, [nodeList]]));
  const isGenuine = plain !== undefined || (suffixed.length !== 1 && areDistinct(nodesByValue));
  return isGenuine ? nodesByValue : unclear(`the labels around ${quote(label)} are ambiguous`);
}

function areDistinct(nodesByValue: NodesByValue): boolean {
  const seen = new Set<string>();
  for (const node of nodesOfLists(nodesByValue.values())) {
    if (seen.has(node)) return false;
    seen.add(node);
  }
  return true;
}

function* nodesOfLists(values: Iterable<readonly string[]>): Generator<string, void> {
  for (const lists of values) {
    for (const list of lists) yield* nodesIn(list);
  }
}

/** The last name of a truncated list ends with ` (+N more)`, which no name can. */
function holdsNodeNames(nodeList: string): boolean {
  for (const node of nodesIn(nodeList)) {
    if (!isSubdomain(node)) return false;
  }
  return nodeList !== '';
}

function isLabelKey(text: string): boolean {
  const slash = text.indexOf('/');
  return isName(text.slice(slash + 1)) && (slash < 0 || isSubdomain(text.slice(0, slash)));
}

function isName(text: string): boolean {
  return text.length <= MAX_NAME_CHARACTERS && NAME.test(text);
}

function isSubdomain(text: string): boolean {
  return text.length <= MAX_SUBDOMAIN_CHARACTERS && SUBDOMAIN.test(text);
}

function partial(label: string): Unevaluable {
  return unclear(`the list of nodes with the label ${quote(label)} is truncated or malformed`);
}
