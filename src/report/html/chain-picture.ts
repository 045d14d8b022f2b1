// The chain of proof as a picture, wide for a desk and tall for a phone. Each part leads to its details.
import { visible } from '../render/visible.ts';
import { MARKS, toneIn, type Look } from './block-html.ts';
import { isTrunk, type Link } from './chain.ts';
import { html, type Html } from './html.ts';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Placed {
  readonly link: Link;
  readonly box: Box;
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

const TRUNK = { width: 126, height: 76, gap: 20 };
const BRANCH = { x: 742, width: 190, height: 46, gap: 10 };
const END = { x: 964, width: 136 };

/** From left to right. */
function wide(links: readonly Link[]): Drawing {
  const branches = links.filter(({ id }) => !isTrunk(id) && id !== 'result');
  const rows = branches.length * (BRANCH.height + BRANCH.gap) - BRANCH.gap;
  const height = Math.max(rows, TRUNK.height);
  const middle = height / 2;
  const boxOf = (link: Link, index: number): Box => {
    if (link.id === 'result') return { ...END, y: middle - TRUNK.height / 2, height: TRUNK.height };
    if (isTrunk(link.id)) {
      const x = index * (TRUNK.width + TRUNK.gap);
      return { ...TRUNK, x, y: middle - TRUNK.height / 2 };
    }
    const row = branches.indexOf(link);
    return { ...BRANCH, y: (height - rows) / 2 + row * (BRANCH.height + BRANCH.gap) };
  };
  const placed = links.map((link, index) => ({ link, box: boxOf(link, index) }));
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

const TALL = { width: 340, height: 50, gap: 16, indent: 26 };

/** From top to bottom; what hangs on the files is indented. */
function tall(links: readonly Link[]): Drawing {
  const { width, height, gap, indent } = TALL;
  const placed = links.map((link, index) => {
    const x = isTrunk(link.id) || link.id === 'result' ? 0 : indent;
    return { link, box: { x, y: index * (height + gap), width: width - x, height } };
  });
  const lastTrunk = placed.findLast(({ link }) => isTrunk(link.id))?.box.y ?? 0;
  const edge = ({ box: { x, y } }: Placed): string => {
    if (y === 0) return '';
    const from = lastTrunk + height;
    if (x > 0) return `M12 ${from}V${y + height / 2}H${x}`;
    return y > lastTrunk ? `M12 ${from}V${y}` : `M${width / 2} ${y - gap}V${y}`;
  };
  return { shape: 'tall', width, height: links.length * (height + gap) - gap, placed, edge };
}

/** Characters that have room. */
const ROOM = { wide: { trunk: 15, branch: 26 }, tall: { trunk: 45, branch: 41 } };

function partHtml({ link, box }: Placed, shape: Drawing['shape'], look: Look): Html {
  const { x, y, width, height } = box;
  const isTwo = shape === 'tall' || height < TRUNK.height;
  const room = ROOM[shape][isTwo && (shape === 'wide' || x > 0) ? 'branch' : 'trunk'];
  const tone = toneIn(link.said.tone, look);
  const state = `${MARKS[tone]} ${link.said.words}`;
  const said = isTwo
    ? html`<text class="state" x="${x + width - 10}" y="${y + 20}" text-anchor="end"
        >${state}</text
      >`
    : html`<text class="state" x="${x + 10}" y="${y + 42}">${state}</text>`;
  return html`<a class="part ${tone}" href="#link-${link.id}">
    <rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8"></rect>
    <text class="name" x="${x + 10}" y="${y + (isTwo ? 20 : 23)}">${link.name}</text>
    ${said}
    <text class="brief" x="${x + 10}" y="${y + height - (isTwo ? 9 : 14)}">
      ${visible(link.brief, room)}
    </text>
  </a>`;
}
