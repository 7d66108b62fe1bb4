'use strict';

// Drives the unmodified npm package "nacos" by commands on standard input, one a line, and prints what happens, one line each:
//   register SERVICE IP PORT | deregister SERVICE IP PORT | list SERVICE | subscribe SERVICE | quit
//   ready | done COMMAND | list SERVICE [ip:port ...] | hosts SERVICE [ip:port ...] | datagram SERVICE [ip:port ...] | failed COMMAND: TEXT

const readline = require('readline');
const { createRequire } = require('module');

const [server, modules] = process.argv.slice(2);
const load = createRequire(`${modules}/package.json`);
const { NacosNamingClient } = load('nacos');

const say = text => process.stdout.write(`${text}\n`);
const addresses = hosts => `[${hosts.map(host => `${host.ip}:${host.port}`).sort().join(' ')}]`;
const logger = {
  debug() {},
  warn() {},
  error(...parts) { say(`error ${parts.map(String).join(' ')}`); },
  info(...parts) {
    // What the client says about each datagram it takes.
    const text = parts.map(String);
    if (text[0].includes('received push data')) {
      const list = JSON.parse(JSON.parse(text[1]).data);
      say(`datagram ${list.name} ${addresses(list.hosts)}`);
    }
  },
};

const run = {
  register: (client, service, ip, port) => client.registerInstance(service, { ip, port: Number(port), metadata: { from: 'node' } }),
  deregister: (client, service, ip, port) => client.deregisterInstance(service, { ip, port: Number(port) }),
  list: async (client, service) => say(`list ${service} ${addresses(await client.getAllInstances(service))}`),
  subscribe: async (client, service) => client.subscribe(service, hosts => say(`hosts ${service} ${addresses(hosts)}`)),
  quit: async () => process.exit(0),
};

async function main() {
  const client = new NacosNamingClient({ logger, serverList: server, namespace: 'public' });
  await client.ready();
  say('ready');
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [command, ...parameters] = line.trim().split(' ');
    try {
      await run[command](client, ...parameters);
      say(`done ${line.trim()}`);
    } catch (fault) {
      say(`failed ${line.trim()}: ${fault}`);
    }
  }
}

main().catch(fault => {
  say(`failed: ${fault.stack}`);
  process.exit(1);
});
