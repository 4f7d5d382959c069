/** nginx with `proxy_pass` and kept connections: the cheapest proxy that people run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasProgram, type Running, spawnPinned } from './spawn-pinned.ts'

// Buffers hold the largest body of the run, so that nothing goes to a file.
function configuration(dir: string, port: number, upstreamPort: number): string {
  return `daemon off;
worker_processes 1;
pid ${dir}/nginx.pid;
error_log ${dir}/error.log;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path ${dir}/body;
  proxy_temp_path ${dir}/proxy;
  fastcgi_temp_path ${dir}/fastcgi;
  uwsgi_temp_path ${dir}/uwsgi;
  scgi_temp_path ${dir}/scgi;
  client_body_buffer_size 256k;
  proxy_buffer_size 16k;
  proxy_buffers 16 16k;
  upstream bench { server 127.0.0.1:${upstreamPort}; keepalive 512; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / {
      proxy_pass http://bench;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`
}

/** Starts it with a configuration of its own, or `undefined` when it is not installed. */
export async function startNginx(upstreamPort: number): Promise<(Running & { port: number }) | undefined> {
  if (!hasProgram('nginx')) return undefined
  const dir = mkdtempSync(join(tmpdir(), 'causeway-bench-nginx-'))
  const port = await freePort()
  writeFileSync(join(dir, 'nginx.conf'), configuration(dir, port, upstreamPort))
  const running = spawnPinned('proxy', [
    'nginx',
    '-p',
    dir,
    '-e',
    join(dir, 'error.log'),
    '-c',
    join(dir, 'nginx.conf'),
  ])
  await sleep(300)
  if (running.child.exitCode !== null) throw new Error(`Cannot start nginx: see ${dir}/error.log`)
  return {
    ...running,
    port,
    async stop() {
      await running.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

// nginx takes no port 0.
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
