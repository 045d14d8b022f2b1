// `NodeTopology.gpu-nodes.label`: a demand on a label of every GPU node. The path names nothing that a
// snapshot holds; the nodes are put together here. Whatever is doubtful makes it unevaluable: a node
// that is overlooked would let the demand hold that no GPU node has a label.

import { trimBlanks } from '../document/blanks.ts';
import { scalarText } from '../document/scalar-text.ts';
import { quote } from '../quote.ts';
import { itemReadings, splitFolded } from '../snapshot/label-reading.ts';
import type { LabelReading } from '../snapshot/label-reading.ts';
import { subtypeOf } from '../snapshot/snapshot.ts';
import type { Snapshot, Subtype } from '../snapshot/snapshot.ts';
import { PASSED, unevaluable } from './decision.ts';
import type { Decision, Unevaluable } from './decision.ts';

export const GPU_NODES_PATH = 'NodeTopology.gpu-nodes.label';

/** GKE gives it to GPU nodes from the start, before any operator runs. No other service has one. */
const GPU_NODE_LABEL = 'cloud.google.com/gke-accelerator';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
const NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const MAX_NAME_CHARACTERS = 63;
/** RFC 1123, what node names and the prefixes of label keys are. */
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const MAX_SUBDOMAIN_CHARACTERS = 253;

/** Nodes by the value that they have for one label. */
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

/** An evaluator for one snapshot: its labels are decoded once, however many demands there are. */
export function gpuNodesEvaluator(snapshot: Snapshot): (expression: string) => GpuNodesResult {
  const labels = subtypeOf(snapshot, 'NodeTopology', 'label');
  let readings: readonly LabelReading[] | undefined;
  return (expression) => {
    const demand = parseDemand(trimBlanks(expression));
    if ('outcome' in demand) return { decision: demand, actual: undefined };
    if (labels === undefined) return doubtful('the snapshot has no NodeTopology.label');
    if (labels.items.length > 0) {
      readings ??= itemReadings(labels);
      if (readings === undefined) return doubtful('NodeTopology.label contradicts itself');
    }
    return evaluateDemand(demand, labels, readings);
  };
}

function evaluateDemand(
  demand: Demand,
  labels: Subtype,
  readings: readonly LabelReading[] | undefined,
): GpuNodesResult {
  const nodesOf = (key: string): NodesByValue | Unevaluable =>
    readings === undefined ? foldedNodes(labels, key) : losslessNodes(readings, key);
  const gpuNodes = nodesOf(GPU_NODE_LABEL);
  if ('outcome' in gpuNodes) return { decision: gpuNodes, actual: undefined };
  const all = new Set([...gpuNodes.values()].flat());
  if (all.size === 0) return doubtful(`no node has the label ${GPU_NODE_LABEL}`);
  const labelled = nodesOf(demand.key);
  if ('outcome' in labelled) return { decision: labelled, actual: undefined };
  const having = new Set(
    demand.value === undefined ? [...labelled.values()].flat() : labelled.get(demand.value),
  );
  const good = [...all].filter((node) => having.has(node) === (demand.value !== undefined));
  const actual = `${good.length} of ${all.size} GPU nodes`;
  if (good.length === all.size) return { decision: PASSED, actual };
  return { decision: { outcome: 'failed', reason: `only ${actual} are as demanded` }, actual };
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

function losslessNodes(
  readings: readonly LabelReading[],
  label: string,
): NodesByValue | Unevaluable {
  const nodesByValue = new Map<string, readonly string[]>();
  for (const { key, value, nodes, truncated } of readings) {
    if (key !== label) continue;
    const known = nodesByValue.get(value) ?? [];
    if (truncated || !areNodeNames(nodes)) return partial(label);
    nodesByValue.set(value, [...known, ...nodes]);
  }
  return nodesByValue;
}

/**
 * The folded encoding writes `<key>.<value>` for a key with several values, and so does a label of
 * that name. Genuine ones come at least in pairs, never beside the plain key, and share no node.
 */
function foldedNodes(labels: Subtype, label: string): NodesByValue | Unevaluable {
  const entries = foldedEntries(labels, label);
  if (entries.some(({ nodes }) => !areNodeNames(nodes))) return partial(label);
  const plain = entries.filter(({ key }) => key === label);
  if (plain.length > 0 || entries.length === 0) return byValue(plain);
  const nodes = entries.flatMap((entry) => entry.nodes);
  const isGenuine = entries.length > 1 && new Set(nodes).size === nodes.length;
  return isGenuine
    ? byValue(entries)
    : unevaluable(`the labels around ${quote(label)} are ambiguous`);
}

interface FoldedEntry {
  readonly key: string;
  readonly value: string;
  readonly nodes: readonly string[];
}

/** Those of the label, and those that may be: their key ends with their value. */
function foldedEntries(labels: Subtype, label: string): readonly FoldedEntry[] {
  const entries: FoldedEntry[] = [];
  for (const [key, data] of labels.data) {
    if (key !== label && !key.startsWith(`${label}.`)) continue;
    const { value, nodeList } = splitFolded(scalarText(data) ?? '');
    const nodes = nodeList.split(',');
    if (key === label || key === `${label}.${value}`) entries.push({ key, value, nodes });
  }
  return entries;
}

function byValue(entries: readonly FoldedEntry[]): NodesByValue {
  return new Map(entries.map(({ value, nodes }) => [value, nodes]));
}

/** The last name of a truncated list ends with ` (+N more)`, which no name can. */
function areNodeNames(nodes: readonly string[]): boolean {
  return nodes.length > 0 && nodes.every((node) => isSubdomain(node));
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
  return unevaluable(`the list of nodes with the label ${quote(label)} is truncated or malformed`);
}

function doubtful(reason: string): GpuNodesResult {
  return { decision: unevaluable(reason), actual: undefined };
}
