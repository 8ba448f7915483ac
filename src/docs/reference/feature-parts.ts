// The kinds of features, one after the other, each with its keys and a tried example.

import { FEATURE_KINDS, FEATURE_SHAPES } from '../../catalog/shapes/feature-shapes.ts';
import { FEATURE_TEXTS } from '../../catalog/shapes/feature-texts.ts';
import { keyTextOf } from '../../catalog/shapes/scalars.ts';
import { exampleText } from './example-text.ts';

/** All kinds as Markdown. */
export function featureKinds(): string {
  return FEATURE_KINDS.map((kind) => {
    const { reads, empty, note, example } = FEATURE_TEXTS[kind];
    const shape = FEATURE_SHAPES[kind].shape as Readonly<Record<string, object>>;
    const { meaning, value } = keyTextOf(shape[kind]!)!;
    const others = Object.keys(shape).filter((key) => key !== kind);
    const needed = others.filter((key) => keyTextOf(shape[key]!)!.ifAbsent === null);
    const list = (keys: readonly string[]) => keys.map((key) => `\`${key}\``).join(', ');
    const also = others.filter((key) => !needed.includes(key));
    const keys = [
      ...(needed.length === 0 ? [] : [`needs ${list(needed)}`]),
      ...(also.length === 0 ? [] : [`takes ${list(also)}`]),
    ].join('; ');
    const first = `**${capital(meaning)}**: ${value}. Reads as ${reads}; empty: ${empty}.`;
    const second = keys === '' ? '' : ` ${capital(keys)}.`;
    const third = note === '' ? '' : ` ${note}`;
    return `### ${kind}\n\n${first}${second}${third}\n\n${exampleText(example)}`;
  }).join('\n\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
