// Who gets which place: rain-checks, then seniority, then the lottery. Places only ever go down, so for each port and
// size the first cell that fits only ever moves on.
import { fromHex, toBytes, toHex } from "./bytes.js";
import { lotteryOrder, seniorityOrder } from "./order.js";
import { LARGEST_SIZE, findEntry, idAt } from "./pool.js";

export const ALLOCATION_FILE = "allocation.txt";

/** Gives out the places: outcomes by position in the pool, cutoffs, the next carry, the bytes of allocation.txt. */
export function allocate(pool, params, tickets, progress = () => {}) {
  const run = new Run(pool, params);
  run.rainChecks();
  progress("seniority");
  run.seniority(tickets);
  progress("lottery");
  const order = lotteryOrder(pool, tickets);
  run.lottery(order);
  return { ...run.result(), order };
}

/** The seniority quota of each (port, date) in people, by `port date`, and the carry for the next draw. */
export function quotas(params) {
  const [a, b] = params.share.map(BigInt);
  const places = new Map();
  for (const cell of params.cells) {
    const pair = pairOf(cell);
    places.set(pair, (places.get(pair) ?? 0n) + (cell.isRemainder ? 0n : BigInt(cell.free)));
  }
  let carry = BigInt(params.carry);
  const found = new Map();
  for (const [pair, count] of places) {
    const due = a * count + carry;
    // No pool has as many people as that, so a larger quota is the same quota.
    const most = BigInt(Number.MAX_SAFE_INTEGER);
    found.set(pair, Number(due / b < most ? due / b : most));
    carry = due % b;
  }
  return { quotas: found, carryNext: Number(carry) };
}

const pairOf = (cell) => `${cell.port} ${cell.date}`;

class Run {
  constructor(pool, params) {
    this.pool = pool;
    this.params = params;
    const { quotas: found, carryNext } = quotas(params);
    this.carryNext = carryNext;
    const byPort = new Map();
    for (const cell of params.cells) byPort.set(cell.port, [...(byPort.get(cell.port) ?? []), cell]);
    this.ports = new Map([...byPort].map(([port, cells]) => [port, new PortPlaces(cells, found)]));
    this.offers = new Map();
    this.kept = new Map();
    this.fresh = new Map();
    this.cutoffs = new Map();
  }

  rainChecks() {
    for (const kept of this.params.rainChecks) {
      const position = findEntry(this.pool, fromHex(kept.id));
      const cell = this.ports.get(kept.port)?.takeWithRemainders(this.pool.sizes[position]);
      if (cell) this.offers.set(position, { step: "R", cell });
      else this.kept.set(position, kept.port);
    }
  }

  seniority(tickets) {
    const open = new Set([...this.ports].filter(([, places]) => places.hasQuota()).map(([port]) => port));
    if (open.size === 0) return;
    for (const position of seniorityOrder(this.pool, tickets)) {
      if (this.offers.has(position)) continue;
      for (const port of this.portsOf(position)) {
        if (!open.has(port)) continue;
        const places = this.ports.get(port);
        const cell = places.takeBySeniority(this.pool.sizes[position]);
        if (!places.hasQuota()) open.delete(port);
        if (cell) {
          this.offers.set(position, { step: "S", cell });
          break;
        }
      }
      if (open.size === 0) return;
    }
  }

  lottery(order) {
    const open = new Map([...this.ports].filter(([, places]) => places.hasFree()));
    let rank = 0;
    for (const position of order) {
      rank += 1;
      if (open.size === 0) return;
      if (this.offers.has(position)) continue;
      const size = this.pool.sizes[position];
      const ports = this.portsOf(position).filter((port) => open.has(port));
      const won = this.firstOffer(open, ports, size);
      if (won) {
        this.offers.set(position, { step: "L", cell: won });
        this.cutoffs.set(won.port, rank);
      } else if (!this.kept.has(position)) {
        const port = ports.find((one) => open.get(one).closeFirstLargeEnough(size));
        if (port !== undefined) this.fresh.set(position, port);
      }
      for (const port of ports) if (!open.get(port).hasFree()) open.delete(port);
    }
  }

  firstOffer(open, ports, size) {
    for (const port of ports) {
      const cell = open.get(port).takeFirstFit(size);
      if (cell) return cell;
    }
    return null;
  }

  portsOf(position) {
    return this.pool.portLists[this.pool.ports[position]];
  }

  result() {
    const outcomes = new Map();
    for (const [position, port] of this.kept) outcomes.set(position, { step: "R", outcome: "rain-check", port });
    for (const [position, port] of this.fresh) outcomes.set(position, { step: "L", outcome: "rain-check", port });
    for (const [position, { step, cell }] of this.offers) {
      outcomes.set(position, { step, outcome: "offer", port: cell.port, date: cell.date, band: cell.band });
    }
    const lines = [...outcomes.keys()]
      .sort((one, other) => one - other)
      .map((position) => {
        const { step, outcome, port, date = "", band = "" } = outcomes.get(position);
        return `${toHex(idAt(this.pool, position))},${step},${outcome},${port},${date},${band}\n`;
      });
    return {
      outcomes,
      cutoffs: new Map([...this.cutoffs].sort(([one], [other]) => (one < other ? -1 : 1))),
      carryNext: this.carryNext,
      bytes: toBytes(lines.join("")),
    };
  }
}

/** The cells of one port, ascending by (date, band), and what is free in each. */
class PortPlaces {
  constructor(cells, allQuotas) {
    this.cells = cells;
    this.free = cells.map((cell) => cell.free);
    this.open = cells.map((_, index) => index).filter((index) => !cells[index].isRemainder);
    this.fitFrom = new Array(LARGEST_SIZE + 1).fill(0);
    this.closeFrom = new Array(LARGEST_SIZE + 1).fill(0);
    this.freeFrom = 0;
    const days = new Map();
    for (const index of this.open) {
      const pair = pairOf(cells[index]);
      days.set(pair, [...(days.get(pair) ?? []), index]);
    }
    this.days = [...days].map(([pair, indexes]) => ({ quota: allQuotas.get(pair), indexes })).filter((day) => day.quota);
    this.day = 0;
    this.quota = this.days[0]?.quota ?? 0;
  }

  /** Step R: the first cell that fits, remainders too. */
  takeWithRemainders(size) {
    const index = this.free.findIndex((free) => free >= size);
    return index < 0 ? null : this.take(index, size);
  }

  hasQuota() {
    return this.quota > 0;
  }

  /**
   * Step S at this port: an offer in the first date with a quota that fits; a date that does not fit is closed.
   *
   * Every entry meets the dates in one order and either takes from a date or closes it, so earlier dates have no quota.
   */
  takeBySeniority(size) {
    while (this.quota > 0) {
      for (const index of this.days[this.day].indexes) {
        if (this.free[index] >= size) {
          this.quota -= size;
          if (this.quota <= 0) this.nextDay();
          return this.take(index, size);
        }
      }
      this.nextDay();
    }
    return null;
  }

  /** Step L: the first cell that fits, remainders left out. */
  takeFirstFit(size) {
    let at = this.fitFrom[size];
    while (at < this.open.length && this.free[this.open[at]] < size) at += 1;
    this.fitFrom[size] = at;
    return at < this.open.length ? this.take(this.open[at], size) : null;
  }

  /** Step L, nothing fits: closes the first cell with a place left whose whole size would have been enough. */
  closeFirstLargeEnough(size) {
    let at = this.closeFrom[size];
    while (at < this.open.length && !this.couldHold(this.open[at], size)) at += 1;
    this.closeFrom[size] = at;
    if (at === this.open.length) return false;
    this.free[this.open[at]] = 0;
    return true;
  }

  couldHold(index, size) {
    return this.free[index] >= 1 && this.cells[index].capacity >= size;
  }

  hasFree() {
    while (this.freeFrom < this.open.length && this.free[this.open[this.freeFrom]] === 0) this.freeFrom += 1;
    return this.freeFrom < this.open.length;
  }

  take(index, size) {
    this.free[index] -= size;
    return this.cells[index];
  }

  nextDay() {
    this.day += 1;
    this.quota = this.days[this.day]?.quota ?? 0;
  }
}
