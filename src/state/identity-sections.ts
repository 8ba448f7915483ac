// Hot path. The sections that say who a customer is, to bytes and back, as those in sections.ts.

import type { Link, MergeEntry } from '../model/identity.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

/** A value is '' where the id says it. */
export function writeLinks(to: ByteWriter, links: readonly Link[]): void {
  for (let i = 0; i < links.length; i++) {
    const { id, kind, value, linkedAtMs, renewedAtMs } = links[i]!;
    to.text(id);
    to.text(kind);
    to.text(value ?? '');
    to.timeMs(linkedAtMs);
    to.timeMs(renewedAtMs);
  }
}

export function readLinks(from: ByteReader): Link[] {
  const links: Link[] = [];
  while (from.at < from.end) {
    const id = from.text();
    const kind = from.text();
    const value = from.text();
    const linkedAtMs = from.timeMs();
    const renewedAtMs = from.timeMs();
    links.push({ id, kind, value: value === '' ? null : value, linkedAtMs, renewedAtMs });
  }
  return links;
}

export function writeMerges(to: ByteWriter, merges: readonly MergeEntry[]): void {
  for (let i = 0; i < merges.length; i++) {
    const { mergeId, from, atMs } = merges[i]!;
    to.text(mergeId);
    to.text(from);
    to.timeMs(atMs);
  }
}

export function readMerges(reader: ByteReader): MergeEntry[] {
  const merges: MergeEntry[] = [];
  while (reader.at < reader.end) {
    const mergeId = reader.text();
    const from = reader.text();
    merges.push({ mergeId, from, atMs: reader.timeMs() });
  }
  return merges;
}

/** Texts that fill the section. */
export function writeTextsToEnd(to: ByteWriter, texts: readonly string[]): void {
  for (let i = 0; i < texts.length; i++) to.text(texts[i]!);
}

export function readTextsToEnd(from: ByteReader): string[] {
  const texts: string[] = [];
  while (from.at < from.end) texts.push(from.text());
  return texts;
}

/** One text that is the whole section. */
export function writeWholeText(to: ByteWriter, text: string): void {
  if (text !== '') to.text(text);
}

export function readWholeText(from: ByteReader): string {
  return from.text();
}
