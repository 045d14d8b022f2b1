/** Go's way to write one, as AICR and Kubernetes do: hours, minutes, seconds, in this order. */
const DURATION = /^(?=.)(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s)?$/;

/** `36h`, `1h30m`, `90s` in milliseconds; undefined if the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const [whole, ...parts] = DURATION.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = [...parts].map((part) => Number(part || 0));
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

/** The same the other way round, e.g. `25h0m30s`; of milliseconds that are no whole second, the fraction. */
export function durationText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const rest = Number((seconds % 60).toFixed(3));
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}
