// A catalog bound to the engine: what the pipeline steps with, on the hot path, in workers and in
// replay alike.

import type { Counters } from '../engine/counters.ts';
import { type Program, prepare } from '../engine/program.ts';
import { step } from '../engine/step.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Published } from '../pipeline.ts';

/** A publication with its program, for what looks into it. */
export interface PublishedProgram extends Published {
  readonly program: Program;
}

/** @param counters where the engine counts; its own by default */
export function bindProgram(
  catalog: Catalog,
  publication: number,
  counters?: Counters,
): PublishedProgram {
  const program = prepare(catalog, publication, counters === undefined ? {} : { counters });
  return {
    publication,
    hash: catalog.hash,
    recents: program.recentIds,
    program,
    step: (state, submission, inputs) => step(program, state, submission, inputs),
  };
}
