// `history-maker.ts <directory>`: makes embedded history with its tables there, for
// migrated-history.ts to copy; in as few files as can be.

import { rmSync } from 'node:fs';
import { openChdbSink } from '../../src/history/sinks/chdb-sink.ts';
import { migrate } from '../../src/history/sinks/migrations.ts';

const sink = await openChdbSink(process.argv[2]!);
await migrate(sink);
await sink.command('OPTIMIZE TABLE schema_migrations FINAL');
// What was merged is still there; nobody reads it any more.
const merged = await sink.query<{ path: string }>('SELECT path FROM system.parts WHERE NOT active');
await sink.close();
for (const { path } of merged) rmSync(path, { recursive: true, force: true });
