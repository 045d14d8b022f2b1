// Times as yaml.v3 reads and writes them: Go's time.Parse with four layouts, then RFC 3339.

const DATE = '(\\d{4}-\\d{1,2}-\\d{1,2})';
const CLOCK = '(\\d{1,2}:\\d{1,2}:\\d{1,2})(?:[.,](\\d+))?';
const LAYOUTS = [
  new RegExp(`^${DATE}$`),
  new RegExp(`^${DATE} ${CLOCK}$`),
  new RegExp(`^${DATE}[Tt]${CLOCK}(Z|[-+]\\d{2}:\\d{2})$`),
];

/** The time in Go's spelling; undefined if the text is none. */
export function timestampOf(text: string): string | undefined {
  const parts = LAYOUTS.map((layout) => layout.exec(text)).find((found) => found !== null);
  const [, date = '', clock = '0:0:0', fraction = '', zone = 'Z'] = parts ?? [];
  const zoneText = zoneOf(zone);
  if (!isDate(date) || !isClock(clock) || zoneText === undefined) return undefined;
  const digits = fraction.slice(0, 9).replace(/0+$/, '');
  const time = `${padded(date, '-')}T${padded(clock, ':')}`;
  return `${time}${digits === '' ? '' : `.${digits}`}${zoneText}`;
}

/** Each number with two digits or more. */
function padded(text: string, separator: string): string {
  return text
    .split(separator)
    .map((part) => part.padStart(2, '0'))
    .join(separator);
}

function isDate(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return days !== undefined && day >= 1 && day <= days;
}

function isClock(clock: string): boolean {
  const [hour = 0, minute = 0, second = 0] = clock.split(':').map(Number);
  return hour < 24 && minute < 60 && second < 60;
}

/** Go accepts 24 hours and 60 minutes here. */
function zoneOf(zone: string): string | undefined {
  if (zone === 'Z') return zone;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4));
  if (hours > 24 || minutes > 60) return undefined;
  const total = hours * 60 + minutes;
  if (total === 0) return 'Z';
  return zone.charAt(0) + padded(`${Math.floor(total / 60)}:${total % 60}`, ':');
}
