import { isDataList, isDataMap, scalarText, type Data, type DataMap } from '../document/data.ts';

/** A container image. A snapshot knows only the last part of its name and one tag. */
export interface Image {
  /** Without tag and digest: `nvcr.io/nvidia/driver`, or `driver` if no more is known. */
  readonly name: string;
  readonly tag: string | undefined;
  /** `sha256:…` */
  readonly digest: string | undefined;
}

/** `[registry/]repository[:tag][@digest]`; undefined if the text is no such reference. */
export function parseImage(text: string): Image | undefined {
  const match =
    /^(?<name>(?:[\w.-]+(?::\d+)?\/)?[\w./-]*\w)(?::(?<tag>[\w][\w.+-]*))?(?:@(?<digest>[a-z0-9]+:[0-9a-f]{32,}))?$/.exec(
      text,
    );
  const name = match?.groups?.['name'];
  if (name === undefined) return undefined;
  return { name, tag: match?.groups?.['tag'], digest: match?.groups?.['digest'] };
}

/** `name:tag@digest`, as far as they are known. */
export function renderImage({ name, tag, digest }: Image): string {
  const tagPart = tag === undefined ? '' : `:${tag}`;
  return digest === undefined ? `${name}${tagPart}` : `${name}${tagPart}@${digest}`;
}

/** The last part of the name: all that a snapshot keeps. */
export function baseNameOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/**
 * The images that Helm values name. `image: reference`, or a map with `repository` and `tag` or
 * `digest`, and perhaps `registry`. The GPU operator's chart has `repository`, `image` and `version`.
 */
export function imagesOfValues(values: Data | undefined): readonly Image[] {
  if (isDataList(values)) return values.flatMap(imagesOfValues);
  if (!isDataMap(values)) return [];
  const own = imageOfMap(values) ?? referenceOf(values);
  const nested = [...values.values()].flatMap(imagesOfValues);
  return own === undefined ? nested : [own, ...nested];
}

function imageOfMap(values: DataMap): Image | undefined {
  const [registry, repository, image, version, digest] = [
    'registry',
    'repository',
    'image',
    'version',
    'digest',
  ].map((key) => textOf(values.get(key)));
  // A version beside a repository alone is that of a chart, not of an image.
  const tag = textOf(values.get('tag')) ?? (image === undefined ? undefined : version);
  if (repository === undefined || (tag === undefined && digest === undefined)) return undefined;
  const name = [registry, repository, image].filter((part) => part !== undefined).join('/');
  return name.includes('://') ? undefined : { name, tag, digest };
}

/** A word alone after `image:` may be anything. With a tag or a digest it is a reference. */
function referenceOf(values: DataMap): Image | undefined {
  const image = parseImage(textOf(values.get('image')) ?? '');
  return image?.tag === undefined && image?.digest === undefined ? undefined : image;
}

function textOf(data: Data | undefined): string | undefined {
  const text = scalarText(data);
  return text === '' ? undefined : text;
}
