// What people write who know SQL, spreadsheets or prose better than CEL, and what they mean by it.
// Only asked after a fault: none of this is part of the language.

import { unitOf } from '../../model/duration.ts';
import { plainNumber } from '../meant-number.ts';
import type { ExpressionFault } from './names.ts';

/** Words in the place of an operator; what CEL writes. */
const OPERATORS: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
  ['is', '=='],
  ['in', 'in'],
  ['like', 'matches'],
  ['between', 'a >= 1 && a <= 3'],
]);

/** Words in the place of a value. */
const VALUES: ReadonlyMap<string, string> = new Map([
  ...(['null', 'true', 'false'] as const).map((word) => [word, word] as const),
  ...(['none', 'nil', 'undefined'] as const).map((word) => [word, 'null'] as const),
  ...(['yes', 'on'] as const).map((word) => [word, 'true'] as const),
  ...(['no', 'off'] as const).map((word) => [word, 'false'] as const),
]);

/** How far around a name is looked, UTF-16 units: an expression may have thousands of them. */
const NEAR = 200;

/** What most likely was meant where the parser stopped; null where nothing comes to mind. */
export function meantThere(source: string, offset: number): ExpressionFault | null {
  const before = source.slice(0, offset);
  const after = source.slice(offset);
  return (
    hourMeant(before, after) ??
    durationMeant(before, after) ??
    numberMeant(before, after) ??
    keyMeant(before, after) ??
    operatorMeant(before, after)
  );
}

/** `30d`, `1h30m`, `30 days`. */
function durationMeant(before: string, after: string): ExpressionFault | null {
  const amount = /(?:^|[^\w.])(\d+(?:\.\d+)?)(\s*)$/.exec(before);
  const word = /^[A-Za-z]\w*/.exec(after)?.[0];
  if (amount === null || word === undefined) return null;
  const [, number = '', space = ''] = amount;
  const unit = unitOf(word);
  const text = unit === null ? `${number}${word}` : `${number}${unit}`;
  if (unit === null && !/^(?:\d+(?:ms|[smhdw]))+$/.test(text)) return null;
  const length = number.length + space.length + word.length;
  const message = 'A duration is written as a text in duration()';
  return fault(before.length + word.length - length, length, message, `duration('${text}')`);
}

/** `22:00` */
function hourMeant(before: string, after: string): ExpressionFault | null {
  const hour = /(?:^|[^\w.])(\d{1,2})$/.exec(before)?.[1];
  const minutes = /^:\d{2}\b/.exec(after)?.[0];
  if (hour === undefined || minutes === undefined) return null;
  const message = 'A time of day is compared by its hour, as in hour(now) >= 22';
  return fault(before.length - hour.length, hour.length + minutes.length, message, null);
}

/** `8%`, `30€`, `30 EUR`, `1,000`, `.5`. */
function numberMeant(before: string, after: string): ExpressionFault | null {
  const share = /(\d+(?:\.\d+)?)\s*%\s*$/.exec(before);
  if (share !== null) {
    const part = Number((Number(share[1]) / 100).toPrecision(12));
    return fault(share.index, share[0].length, 'A share is written as a number', String(part));
  }
  const money = /^\p{Sc}\s*([\d.,]*)/u.exec(after);
  if (money !== null) {
    const amount = /(?:[\d.,]+\s*)?$/.exec(before)![0];
    const number = plainNumber(amount.trim() || money[1]!);
    const start = before.length - amount.length;
    const message = 'A number is written without a currency, such as 30';
    return fault(start, amount.length + money[0].length, message, number);
  }
  const coded = /^[A-Z]{3}\s*$/.test(after) ? /^\s*([\d.]+)\s+$/.exec(before) : null;
  if (coded !== null) {
    const message = 'A number is written without a currency, such as 30';
    const start = before.indexOf(coded[1]!);
    const length = before.length + after.trimEnd().length - start;
    return fault(start, length, message, plainNumber(coded[1]!));
  }
  const groups = /(?:^|[^\w.])(\d+)$/.exec(before);
  const rest = /^,\d+(?:,\d{3})*(?:\.\d+)?/.exec(after);
  if (groups !== null && rest !== null) {
    const written = groups[1]! + rest[0];
    const message = 'A number has no comma in it, such as 1000 or 1.5';
    return fault(before.length - groups[1]!.length, written.length, message, plainNumber(written));
  }
  const fraction = /^\.\d+/.exec(after);
  if (fraction === null || /[\w)\]]$/.test(before)) return null;
  const message = 'A number starts with a digit';
  return fault(before.length, fraction[0].length, message, `0${fraction[0]}`);
}

/** A word of CEL as a key: `event.properties.in`. */
function keyMeant(before: string, after: string): ExpressionFault | null {
  const of = /[A-Za-z_][\w.]*(?=\.$)/.exec(before);
  const word = /^[A-Za-z_]\w*/.exec(after)?.[0];
  if (of === null || word === undefined) return null;
  const message = `"${word}" is a word of expressions: write it as a key, in quotes`;
  return fault(before.length, word.length, message, `${of[0]}['${word}']`);
}

/** `a AND b`, `NOT a`, `a <> b`, `a LIKE b`. */
function operatorMeant(before: string, after: string): ExpressionFault | null {
  if (/<$/.test(before) && /^>/.test(after)) {
    return fault(before.length - 1, 2, 'Unexpected "<>" here', '!=');
  }
  const word = /^[A-Za-z_]\w*/.exec(after)?.[0];
  if (word === undefined) return null;
  const message = `Unexpected "${word}" here`;
  if (/^is\s+not\b/i.test(after)) return fault(before.length, word.length, message, '!=');
  if (/^not\s+in\b/i.test(after)) return fault(before.length, word.length, message, '!(a in b)');
  // The word before counts, too: `not b`.
  const negated = /(?:^|\W)not\s+$/i.test(before) ? '!' : null;
  const meant = OPERATORS.get(word.toLowerCase()) ?? negated;
  return fault(before.length, word.length, message, meant);
}

/** What most likely was meant by a name that nothing has; null where nothing comes to mind. */
export function meantBy(name: string, source: string, start: number): ExpressionFault | null {
  const from = Math.max(0, start - NEAR);
  const before = source.slice(from, start);
  const after = source.slice(start + name.length, start + NEAR);
  const absent = `There is no feature or name "${name}"`;
  const value = VALUES.get(name.toLowerCase());
  if (value !== undefined) return fault(start, name.length, absent, value);
  // `traits.first-name`: to CEL a difference, of which both sides may have more dashes.
  const dashed = /([A-Za-z_][\w.]*)\.(\w+(?:-\w+)*)-$/.exec(before);
  if (dashed !== null) {
    const key = `${dashed[2]}-${name}${/^(?:-\w+)*/.exec(after)![0]}`;
    const length = dashed[1]!.length + 1 + key.length;
    const message = 'A name with "-" in it is written as a key, in quotes';
    return fault(from + dashed.index, length, message, `${dashed[1]}['${key}']`);
  }
  return null;
}

/**
 * What an unknown name may stand for that looks like nothing known.
 * @param event whether there is one that may carry it
 */
export function likelyValue(
  name: string,
  source: string,
  start: number,
  event: boolean,
): string | null {
  const before = source.slice(Math.max(0, start - NEAR), start);
  const after = source.slice(start + name.length, start + NEAR);
  if (isCompared(source, start) || /\bbucket\(\s*$/.test(before)) return `'${name}'`;
  const timed = /\b(?:age|since|until|date|hour|weekday)\(\s*$/.test(before);
  const asked = /^\s*(?:[=!]=\s*['"]|in\s*\[)/.test(after);
  if (!timed && !asked) return null;
  return event ? `event.properties.${name} or traits.${name}` : `traits.${name}`;
}

/** Whether a name stands where a value is that something is compared with. */
export function isCompared(source: string, start: number): boolean {
  return /(?:[=!]=|\bin\s*\[[^\]]*[,[]|\bin\s*\[)\s*$/.test(
    source.slice(Math.max(0, start - NEAR), start),
  );
}

function fault(
  offset: number,
  length: number,
  message: string,
  suggestion: string | null,
): ExpressionFault {
  return { offset, length, message, suggestion };
}
