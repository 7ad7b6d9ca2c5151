/** A file of a draw is not what it should be: which one, which line (from 1), and why, as a code with its values. */
export class Refused extends Error {
  constructor(file, code, values = {}, line = null) {
    super(code);
    this.file = file;
    this.code = code;
    this.values = values;
    this.line = line;
  }
}
