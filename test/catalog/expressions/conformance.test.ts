import { expect, test } from 'vitest';
import { tests as suite } from '@bufbuild/cel-spec/testdata/conformance.js';
test('x', () => { expect(suite.name).toBeTruthy(); });
