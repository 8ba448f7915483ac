// What bounds a key beside its kind. Stored as one JSON text; a text with anything in it that this build
// does not know is of a later one, and its key is none here: what bounds it would be forgotten.

/** Bounds of one key; null = none. */
export interface KeyOptions {
  /** Decisions and outcomes of these placements alone. */
  readonly placements: ReadonlySet<string> | null;
  /** `store_id` of every event that comes with it. */
  readonly storeId: string | null;
  /** Events a second, over all gateways. */
  readonly ratePerSecond: number | null;
  /** Epoch ms. */
  readonly expiresAtMs: number | null;
  /** It was rotated: until when the old secret is in force beside the new one, epoch ms. */
  readonly retiresAtMs: number | null;
}

export const NO_OPTIONS: KeyOptions = {
  placements: null,
  storeId: null,
  ratePerSecond: null,
  expiresAtMs: null,
  retiresAtMs: null,
};

/** As it is stored; '' = nothing bounds it. */
export function optionsText(options: KeyOptions): string {
  const { placements } = options;
  const told = Object.entries({ ...options, placements: placements && [...placements] });
  const said = told.filter(([, value]) => value !== null);
  return said.length === 0 ? '' : JSON.stringify(Object.fromEntries(said));
}

/** null = it says something that this build does not know. */
export function readOptions(text: unknown): KeyOptions | null {
  if (text === undefined || text === null || text === '') return NO_OPTIONS;
  let told: unknown;
  try {
    told = JSON.parse(String(text));
  } catch {
    return null;
  }
  if (typeof told !== 'object' || told === null || Array.isArray(told)) return null;
  const options: Record<string, unknown> = { ...NO_OPTIONS };
  for (const [name, value] of Object.entries(told)) {
    if (READS.get(name)?.(value) !== true) return null;
    options[name] = name === 'placements' ? new Set(value as string[]) : value;
  }
  return options as unknown as KeyOptions;
}

const isText = (value: unknown) => typeof value === 'string';
const isPositive = (value: unknown) => typeof value === 'number' && value > 0;

const READS: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['placements', (value: unknown) => Array.isArray(value) && value.every(isText)],
  ['storeId', isText],
  ['ratePerSecond', isPositive],
  ['expiresAtMs', isPositive],
  ['retiresAtMs', isPositive],
]);

/** When a key with these ends, epoch ms; null = never by itself. */
export function endOf({ expiresAtMs, retiresAtMs }: KeyOptions): number | null {
  if (expiresAtMs === null || retiresAtMs === null) return expiresAtMs ?? retiresAtMs;
  return Math.min(expiresAtMs, retiresAtMs);
}

/**
 * Whether a build that knows nothing of options may take the key: a rotated one ends by itself with
 * that build, and must not be refused by it before.
 */
export function isPlain({ placements, storeId, ratePerSecond, expiresAtMs }: KeyOptions): boolean {
  return (placements ?? storeId ?? ratePerSecond ?? expiresAtMs) === null;
}
