// An endpoint of webhooks as a process of its own, to be killed and held up. What it has taken it has
// written down before it says so: node --import tsx endpoint-process.ts <file> <port>

import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

const [file = '', port = '0'] = process.argv.slice(2);
const verifier = new Webhook(process.env.PUSH_SECRET ?? '');

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    if (req.method === 'GET') return void res.end('ok');
    const body = Buffer.concat(chunks).toString();
    const { 'webhook-id': id, ...headers } = req.headers as Record<string, string>;
    let line = `${id}\n`;
    try {
      verifier.verify(body, { ...headers, 'webhook-id': id! });
    } catch (error) {
      line = `refused ${id}: ${(error as Error).message}\n`;
    }
    appendFileSync(file, line);
    res.end('{}');
  });
});
server.listen(Number(port), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
