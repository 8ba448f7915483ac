// Channels that carry nothing, and settings beside them that change nothing.

import type { Catalog, TriggerDefinition } from '../../model/catalog.ts';
import type { Ast } from '../expressions/compile.ts';
import { childrenOf } from '../expressions/mentions.ts';
import type { FaultList } from '../fault.ts';
import { suggest } from '../suggest.ts';
import type { Warned } from './warned.ts';

export function warnOfIdleChannels(warned: Warned, warnings: FaultList): void {
  const { catalog, sections } = warned;
  if (catalog.channels.size === 0) return;
  warnOfUnused(warned, warnings);
  warnOfClosed(warned, warnings);
  for (const { name, channel, consent } of catalog.placements.values()) {
    if (warnings.full) return;
    const kind = catalog.channels.get(channel ?? '')?.kind;
    if (kind !== 'smtp' || consent !== null) continue;
    const node = sections.maps.placements.get(name)!;
    const message =
      'sends mails to who never agreed to any: give it a purpose, as `consent: marketing`';
    warnings.at(node, message, { offset: node.keyOffset });
  }
  for (const trigger of catalog.triggers) {
    const wait = sections.maps.triggers.get(trigger.name)!.entries!.get('wait');
    if (wait === undefined || warnings.full || waits(trigger, catalog)) continue;
    const message = 'changes nothing: all that it decides leaves by its channel at once';
    warnings.at(wait, `\`wait\` ${message}`, { offset: wait.keyOffset });
  }
}

function warnOfUnused({ catalog, sections }: Warned, warnings: FaultList): void {
  const used = new Set([...catalog.placements.values()].map(({ channel }) => channel));
  const others = [...used].filter((name) => name !== null && !catalog.channels.has(name));
  for (const [name, node] of sections.maps.channels) {
    if (warnings.full || used.has(name)) continue;
    warnings.at(
      node,
      `no placement has this channel: say \`channel: ${name}\` in one, or remove it`,
      {
        ...{ found: name, suggestion: suggest(name, others as string[]), offset: node.keyOffset },
      },
    );
  }
}

/** `when` is asked again before sending: then there is no event any more, and unknown is closed. */
function warnOfClosed({ catalog, notes }: Warned, warnings: FaultList): void {
  for (const { node, ast } of notes) {
    const [section, name = '', key] = node.path.split('.');
    if (warnings.full || section !== 'placements' || key !== 'when') continue;
    if (!catalog.channels.has(catalog.placements.get(name)?.channel ?? '')) continue;
    const found = ['event', 'context', 'firing'].find((root) => names(ast, root));
    if (found === undefined) continue;
    const message = 'is asked again before sending, when there is none: ask in the trigger instead';
    warnings.at(node, `${found} ${message}`, { found });
  }
}

/** Whether it reads a name outside of what says what to take instead. */
function names(ast: Ast, root: string): boolean {
  if (ast.op === 'id') return ast.args === root;
  if (ast.op === 'call' && ['or', 'known', 'has'].includes(ast.args[0])) return false;
  return childrenOf(ast.args).some((child) => names(child, root));
}

/** Whether something of it may wait until somebody asks. */
function waits({ time, decide }: TriggerDefinition, { channels, placements }: Catalog): boolean {
  if (time === null) return true;
  return decide.some((name) => !channels.has(placements.get(name)?.channel ?? ''));
}
