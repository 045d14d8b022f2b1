// The chain of proof as a picture, wide for a desk and tall for a phone. Each part leads to its details.
import { MARKS, toneIn, type Look } from './block-html.ts';
import { isTrunk, type Link } from './chain.ts';
import { html, type Html } from './html.ts';
import { linesIn } from './picture-text.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Placed {
  readonly link: Link;
  readonly box: Box;
  /** What it is, in lines that have room. */
  readonly brief: readonly string[];
}

interface Drawing {
  readonly shape: 'wide' | 'tall';
  readonly width: number;
  readonly height: number;
  readonly placed: readonly Placed[];
  /** What leads to a part: the path of a line. */
  readonly edge: (to: Placed) => string;
}

export function chainPicture(links: readonly Link[], look: Look): Html {
  return html`${[wide(links), tall(links)].map((drawing) => drawingHtml(drawing, look))}`;
}

function drawingHtml({ shape, width, height, placed, edge }: Drawing, look: Look): Html {
  const edges = placed.map(
    (each) =>
      html`<path class="edge${each.link.isHeld ? '' : ' broken'}" d="${edge(each)}"></path>`,
  );
  return html`<svg
    class="picture ${shape}"
    viewBox="-2 -2 ${width + 4} ${height + 4}"
    role="group"
    aria-label="The chain of proof"
  >
    ${edges}${placed.map((each) => partHtml(each, shape, look))}
  </svg>`;
}

/** Columns of a line, and lines, that have room. */
const ROOM = {
  wide: { trunk: { columns: 17, most: 4 }, branch: { columns: 30, most: 2 } },
  tall: { trunk: { columns: 50, most: 3 }, branch: { columns: 46, most: 3 } },
};
const LINE = 13;

function isBranch({ id }: Link): boolean {
  return !isTrunk(id) && id !== 'result';
}

function linesOf(link: Link, shape: keyof typeof ROOM): readonly string[] {
  const { columns, most } = ROOM[shape][isBranch(link) ? 'branch' : 'trunk'];
  return linesIn(link.brief, columns, most);
}

const TRUNK = { width: 128, height: 56, gap: 16 };
const BRANCH = { x: 736, width: 214, height: 31, gap: 10 };
const END = { x: 980, width: 136 };

/** From left to right. */
function wide(links: readonly Link[]): Drawing {
  const all = links.map((link) => ({ link, brief: linesOf(link, 'wide') }));
  const most = (of: boolean): number =>
    Math.max(1, ...all.flatMap(({ link, brief }) => (isBranch(link) === of ? [brief.length] : [])));
  const trunk = TRUNK.height + LINE * most(false);
  const branch = BRANCH.height + LINE * most(true);
  const branches = links.filter(isBranch);
  const rows = branches.length * (branch + BRANCH.gap) - BRANCH.gap;
  const height = Math.max(rows, trunk);
  const middle = height / 2;
  const boxOf = (link: Link, index: number): Box => {
    const inMiddle = { y: middle - trunk / 2, height: trunk };
    if (link.id === 'result') return { ...END, ...inMiddle };
    if (isTrunk(link.id)) {
      return { x: index * (TRUNK.width + TRUNK.gap), width: TRUNK.width, ...inMiddle };
    }
    const row = branches.indexOf(link);
    return { ...BRANCH, height: branch, y: (height - rows) / 2 + row * (branch + BRANCH.gap) };
  };
  const placed = all.map((each, index) => ({ ...each, box: boxOf(each.link, index) }));
  const ends = placed.filter(({ link }) => branches.includes(link));
  const edge = ({ link, box }: Placed): string => {
    if (link.id === 'result') {
      return ends
        .map(({ box: { x, y, width, height: own } }) => {
          const row = y + own / 2;
          return `M${x + width} ${row}H${END.x - 16}V${middle}H${END.x}`;
        })
        .join('');
    }
    if (!isTrunk(link.id)) {
      return `M${BRANCH.x - 32} ${middle}H${BRANCH.x - 16}V${box.y + box.height / 2}H${BRANCH.x}`;
    }
    return box.x === 0 ? '' : `M${box.x - TRUNK.gap} ${middle}H${box.x}`;
  };
  return { shape: 'wide', width: END.x + END.width, height, placed, edge };
}

const TALL = { width: 340, height: 30, gap: 16, indent: 26 };

/** From top to bottom; what hangs on the files is indented. */
function tall(links: readonly Link[]): Drawing {
  const { width, gap, indent } = TALL;
  let y = 0;
  const placed = links.map((link) => {
    const brief = linesOf(link, 'tall');
    const x = isTrunk(link.id) || link.id === 'result' ? 0 : indent;
    const height = TALL.height + LINE * brief.filter((line) => line !== '').length;
    const box = { x, y, width: width - x, height };
    y += height + gap;
    return { link, brief, box };
  });
  const last = placed.findLast(({ link }) => isTrunk(link.id))?.box ?? { y: 0, height: 0 };
  const edge = ({ box }: Placed): string => {
    if (box.y === 0) return '';
    const from = last.y + last.height;
    if (box.x > 0) return `M12 ${from}V${box.y + box.height / 2}H${box.x}`;
    return box.y > last.y ? `M12 ${from}V${box.y}` : `M${width / 2} ${box.y - gap}V${box.y}`;
  };
  return { shape: 'tall', width, height: y - gap, placed, edge };
}

function partHtml({ link, box, brief }: Placed, shape: Drawing['shape'], look: Look): Html {
  const { x, y, width, height } = box;
  // Name and state beside each other, where there is room.
  const isBeside = shape === 'tall' || width > END.width;
  const tone = toneIn(link.said.tone, look);
  const state = `${MARKS[tone]} ${link.said.words}`;
  const said = isBeside
    ? html`<text class="state" x="${x + width - 10}" y="${y + 20}" text-anchor="end"
        >${state}</text
      >`
    : html`<text class="state" x="${x + 10}" y="${y + 41}">${state}</text>`;
  const below = y + (isBeside ? 36 : 58);
  return html`<a class="part ${tone}" href="#link-${link.id}">
    <rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8"></rect>
    <text class="name" x="${x + 10}" y="${y + 20}">${link.name}</text>
    ${said}
    ${brief.map(
      (line, index) =>
        html`<text class="brief" x="${x + 10}" y="${below + index * LINE}">${line}</text> `,
    )}
  </a>`;
}
