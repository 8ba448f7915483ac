// What is defined again is refused, and read all the same: an author who mends the one fault should
// not find the next one below it. The catalog is compiled once more with the later definitions in
// the place of the first ones; only faults within those are taken over.

import type { Sliced } from '../model/sliced.ts';
import { type Fault, FaultList, isWithin } from './fault.ts';
import type { Repeated, Sections } from './merge-files.ts';

/** Compilations more; whoever defines a name five times learns of the last ones afterwards. */
const PASSES_MAX = 3;

/** Finds the faults within what is defined again. */
export function* checkingRepeated(
  sections: Sections,
  faults: FaultList,
  compiling: (sections: Sections, faults: FaultList) => Sliced<unknown>,
): Sliced<void> {
  let left = sections.repeated;
  for (let pass = 0; pass < PASSES_MAX && left.length > 0; pass++) {
    const now = new Map<string, Repeated>();
    const later: Repeated[] = [];
    for (const repeated of left) {
      const key = `${repeated.section} ${repeated.name}`;
      if (now.has(key)) later.push(repeated);
      else now.set(key, repeated);
    }
    const chosen = [...now.values()];
    const own = new FaultList();
    yield* compiling(withInstead(sections, chosen), own);
    faults.take(own, (fault) => chosen.some((repeated) => concerns(fault, repeated)));
    left = later;
  }
}

function withInstead(sections: Sections, chosen: readonly Repeated[]): Sections {
  const maps = { ...sections.maps };
  for (const { section, name, instead } of chosen) {
    if (maps[section] === sections.maps[section]) maps[section] = new Map(maps[section]);
    (maps[section] as Map<string, typeof instead>).set(name, instead);
  }
  return { ...sections, maps, repeated: [] };
}

function concerns(fault: Fault, { again }: Repeated): boolean {
  return fault.file === again.file.path && isWithin(fault.path, again.path);
}
