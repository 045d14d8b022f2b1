// What was recorded by evidence that proves nothing: the same words as claims, and nothing of it good.
import { isVouchedFor } from '../proven.ts';
import type { ErrorJson, Shown } from '../report-json.ts';
import type { Block, Inline, Line, ListBlock, Said, StepsBlock, TableBlock } from './block.ts';

type Fold = Extract<Block, { readonly block: 'fold' }>;

/** What is no evidence of somebody was computed here. */
export function provesNothing(shown: Shown | ErrorJson): boolean {
  return 'stored' in shown || ('verdict' in shown && !isVouchedFor(shown));
}

export function claimOf({ words, tone, claim = words }: Said): Said {
  return { words: claim, tone: tone === 'good' ? 'plain' : tone };
}

/** Steps are words of ours, and commands. */
export function asClaim(block: Block): Block {
  return block.block === 'steps' ? block : claimedBlock(block);
}

function claimedBlock(block: Exclude<Block, StepsBlock>): Block {
  switch (block.block) {
    case 'verdict':
      return { ...block, said: claimOf(block.said) };
    case 'banners':
    case 'lines':
      return { ...block, items: block.items.map(lineAsClaim) };
    case 'problems':
      return {
        ...block,
        items: block.items.map((each) => ({ ...each, text: inlineAsClaim(each.text) })),
      };
    case 'list':
    case 'table':
      return detailAsClaim(block);
    case 'fold':
      return foldAsClaim(block);
    case 'note':
    case 'command':
      return block;
  }
}

function foldAsClaim(fold: Fold): Fold {
  const { details, brief, shortest } = fold;
  return {
    ...fold,
    details: details.map((detail) => (detail.block === 'note' ? detail : detailAsClaim(detail))),
    brief: brief.map(detailAsClaim),
    ...(shortest !== undefined && { shortest: shortest.map(detailAsClaim) }),
  };
}

function detailAsClaim<T extends ListBlock | TableBlock>(detail: T): T {
  return detail.block === 'list'
    ? { ...detail, items: detail.items.map(inlineAsClaim) }
    : { ...detail, rows: detail.rows.map((cells) => cells.map(inlineAsClaim)) };
}

function lineAsClaim({ label, text }: Line): Line {
  return { label, text: inlineAsClaim(text) };
}

function inlineAsClaim(line: Inline): Inline {
  return line.map((part) =>
    typeof part === 'object' && 'said' in part ? { said: claimOf(part.said) } : part,
  );
}
