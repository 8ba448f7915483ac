// What is most likely not meant in a catalog that is valid (CATALOG, Warnings). Looked for only where
// no fault is left, and only where somebody reads it: a gateway that takes a publication over does
// not ask.
//
// A warning must be right: where something may come from outside (an event that nothing declares, a
// key that is computed, a placement that may be asked for), nothing is said.

import type { FaultList } from '../fault.ts';
import { warnOfBroughtOffers } from './brought-offers.ts';
import { warnOfChannelSecrets } from './channel-secrets.ts';
import { warnOfDeadTriggers } from './dead-triggers.ts';
import { warnOfEventNames } from './event-names.ts';
import { warnOfProperties } from './event-properties.ts';
import { warnOfIdleChannels } from './idle-channels.ts';
import { warnOfIdleTime } from './idle-time.ts';
import { warnOfLongQuiet } from './long-quiet.ts';
import { type Mentioned, mentionedIn } from './mentioned.ts';
import { warnOfMessageTexts } from './message-texts.ts';
import { warnOfSpentBudgets } from './spent-budgets.ts';
import { warnOfUnknownCountry } from './unknown-country.ts';
import { warnOfUnread } from './unread.ts';
import type { Warned } from './warned.ts';

/** Adds all warnings to the list. */
export function findWarnings(warned: Warned, warnings: FaultList): void {
  const mentioned: readonly Mentioned[] = mentionedIn(warned.notes);
  warnOfEventNames(warned, mentioned, warnings);
  warnOfProperties(warned, mentioned, warnings);
  warnOfUnread(warned, mentioned, warnings);
  warnOfSpentBudgets(warned, warnings);
  warnOfDeadTriggers(warned, warnings);
  warnOfIdleTime(warned, warnings);
  warnOfBroughtOffers(warned, warnings);
  warnOfLongQuiet(warned, warnings);
  warnOfUnknownCountry(warned, warnings);
  warnOfIdleChannels(warned, warnings);
  warnOfChannelSecrets(warned, warnings);
  warnOfMessageTexts(warned, warnings);
}
