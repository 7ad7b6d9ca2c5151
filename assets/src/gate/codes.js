// Confirmation numbers as people type them: the same rules as src/fairport/domain/codes.py.
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SYMBOLS = 10;

const timesX = (element) => {
  const doubled = element << 1;
  return doubled & 32 ? doubled ^ 0b100101 : doubled;
};

/** What the person meant: upper case, without spaces and dashes, O as 0 and I or L as 1. */
export const normalise = (text) =>
  text
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[\s\x1c-\x1f\x85\p{Pd}\p{Cf}\u2212]/gu, "")
    .replace(/O/g, "0")
    .replace(/[IL]/g, "1");

/** The number in the groups in which it is shown, or null if it is none: length, alphabet, check character. */
export function readNumber(text) {
  const code = normalise(text);
  if (code.length !== SYMBOLS || [...code].some((sign) => !ALPHABET.includes(sign))) return null;
  let state = 1;
  for (const sign of code.slice(0, -1)) state = timesX(state) ^ ALPHABET.indexOf(sign);
  if (ALPHABET[timesX(state)] !== code.at(-1)) return null;
  return `${code.slice(0, 5)}-${code.slice(5)}`;
}
