// Checking one draw: everything is computed again from what is public, and compared.
import { ALLOCATION_FILE, allocate, quotas } from "./allocation.js";
import { BEACON_FILE, checkBeacon, readBeacon } from "./beacon.js";
import { hashHex, toHex } from "./bytes.js";
import { lineEnds } from "./lines.js";
import { FREEZE_LEAD, MANIFEST_FILE, checkParams, checkParamsHash, checkPool, readManifest } from "./manifest.js";
import { rootOfLines } from "./merkle.js";
import { computeSeed, drawTickets } from "./order.js";
import { PARAMS_FILE, readParams } from "./params.js";
import { POOL_FILE, readPool } from "./pool.js";
import { Refused } from "./refused.js";
import { RESULT_FILE, compareAllocation, compareResult, readResult } from "./result.js";
import { checkSuccession } from "./succession.js";

export const BUNDLE_FILES = [MANIFEST_FILE, PARAMS_FILE, POOL_FILE, BEACON_FILE, ALLOCATION_FILE, RESULT_FILE];
/** These become public the day after the draw's last band. */
export const LATE_FILES = [POOL_FILE, ALLOCATION_FILE];

/** A whole bundle, or with `mayLack` only what is public by now: these files may be missing. */
export class DrawCheck {
  /**
   * `files` maps names to bytes; `previous` is the same for the draw before, or null. `progress(stage, part)` hears
   * how far the work is, with part from 0 to 1.
   */
  constructor({ files, previous = null, mayLack = [], progress = () => {} }) {
    this.files = files;
    this.previous = previous;
    this.mayLack = mayLack;
    this.progress = progress;
  }

  /** Does the work and returns what was proved and what was not. Throws Refused at the first thing that is wrong. */
  run() {
    this.manifest = readManifest(this.file(MANIFEST_FILE));
    if (this.isDrawn()) {
      this.claimed = readResult(this.file(RESULT_FILE));
      if (this.claimed.manifest_sha256 !== this.manifest.sha256) throw new Refused(RESULT_FILE, "manifest_differs");
    }
    if (this.isDrawn() || this.has(BEACON_FILE)) {
      this.progress("beacon", 0);
      const beacon = readBeacon(this.file(BEACON_FILE));
      checkBeacon(this.manifest.beacon, beacon);
      this.seed = computeSeed(this.manifest, beacon.randomness);
    }
    const rawPool = this.has(POOL_FILE) ? this.file(POOL_FILE) : null;
    const rawParams = this.file(PARAMS_FILE);
    this.progress("hashes", 0);
    if (rawPool && hashHex(rawPool) !== this.manifest.poolSha256) throw new Refused(POOL_FILE, "hash_differs");
    checkParamsHash(this.manifest, rawParams);
    this.params = readParams(rawParams);
    if (rawPool) this.pool = readPool(rawPool, (part) => this.progress("pool", part));
    checkParams(this.manifest, this.params);
    if (rawPool) this.checkPool();
    if (this.isDrawn()) this.checkOutcome();
    if (this.previous) checkSuccession(this.manifest, this.params, this.previous);
    return this.report();
  }

  checkPool() {
    checkPool(this.manifest, this.params, this.pool);
    const root = rootOfLines(this.pool.raw, this.pool.ends, (part) => this.progress("tree", part));
    if (toHex(root) !== this.manifest.poolRoot) throw new Refused(MANIFEST_FILE, "pool_root_differs");
  }

  checkOutcome() {
    const seed = toHex(this.seed);
    if (!this.pool) {
      // Before the pool is public: the seed and the next carry come from what is public.
      compareResult(this.claimed, { seed, seniority_carry_next: quotas(this.params).carryNext });
      return;
    }
    this.tickets = drawTickets(this.pool, this.seed, (part) => this.progress("tickets", part));
    this.progress("seniority", 0);
    this.allocation = allocate(this.pool, this.params, this.tickets, (stage) => this.progress(stage, 0));
    this.progress("compare", 0);
    const { bytes, carryNext, cutoffs } = this.allocation;
    compareAllocation(this.file(ALLOCATION_FILE), bytes);
    compareResult(this.claimed, {
      seed,
      allocation_sha256: hashHex(bytes),
      allocation_root: toHex(rootOfLines(bytes, lineEnds(bytes, ALLOCATION_FILE))),
      seniority_carry_next: carryNext,
      cutoffs,
    });
  }

  report() {
    const { manifest, pool, params } = this;
    const drawn = this.isDrawn();
    const isLocal = manifest.beacon.kind === "local";
    const round = manifest.beacon.round;
    const proven = [{ code: pool ? "proven_inputs" : "proven_params" }];
    const unproven = [];
    if (pool && drawn) proven.push({ code: "proven_outcome" });
    if (!pool && drawn) proven.push({ code: "proven_seed" });
    if (this.seed && !isLocal) proven.push({ code: "proven_round", values: { found: round } });
    if (this.seed && isLocal) proven.push({ code: "proven_secret" });
    if (this.previous) proven.push({ code: "proven_succession", values: { found: params.previous.drawId } });
    if (!drawn) unproven.push({ code: "unproven_not_drawn" });
    if (!pool) unproven.push({ code: "unproven_pool" });
    if (manifest.sequence > 1) unproven.push({ code: this.previous ? "unproven_rain_checks" : "unproven_succession" });
    unproven.push({ code: "unproven_time" }, { code: "unproven_who" });
    const warnings = [];
    if (isLocal) warnings.push({ code: "warning_local" });
    if (isLocal && manifest.lead < FREEZE_LEAD) {
      warnings.push({ code: "warning_lead", values: { found: manifest.lead } });
    }
    return { drawId: manifest.drawId, count: manifest.count, complete: Boolean(pool) && drawn, drawn, proven, unproven, warnings };
  }

  /** A draw that is only frozen has no result yet; the beacon may be there a moment before. */
  isDrawn() {
    return this.has(RESULT_FILE);
  }

  has(name) {
    return this.files.has(name) || !this.mayLack.includes(name);
  }

  file(name) {
    const raw = this.files.get(name);
    if (!raw) throw new Refused(name, LATE_FILES.includes(name) ? "missing_late" : "missing");
    return raw;
  }
}
