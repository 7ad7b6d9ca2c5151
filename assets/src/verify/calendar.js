// Days, times and bands as the files write them. A day is a number (days since 1970-01-01), a time is in seconds since
// then. Date would accept too much and reads the years 0 to 99 as 1900 to 1999, so days are counted here.

const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const TIME = /^([0-9]{4}-[0-9]{2}-[0-9]{2})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])Z$/;
const BAND = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/;

const isLeap = (year) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const daysIn = (year, month) => (month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);

export const isDayForm = (text) => DAY.test(text);
export const isTimeForm = (text) => TIME.test(text);
export const isBand = (text) => BAND.test(text);

/** The number of a day in the form 2023-02-01, or null if it has another form or the day does not exist. */
export function parseDay(text) {
  const match = DAY.exec(text);
  if (!match) return null;
  const [year, month, day] = match.slice(1).map(Number);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  const before = year - 1;
  let days = before * 365 + Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400) - 719162;
  for (let one = 1; one < month; one += 1) days += daysIn(year, one);
  return days + day - 1;
}

/** Whether a day is a Monday. 1970-01-01 was a Thursday. */
export const isMonday = (day) => (((day + 3) % 7) + 7) % 7 === 0;

/** The seconds of a time in the form 2023-01-17T23:15:00Z, or null as for days. */
export function parseTime(text) {
  const match = TIME.exec(text);
  const day = match && parseDay(match[1]);
  if (day === null) return null;
  const [hours, minutes, seconds] = match.slice(2).map(Number);
  return day * 86400 + hours * 3600 + minutes * 60 + seconds;
}

export const dayOfTime = (seconds) => Math.floor(seconds / 86400);
