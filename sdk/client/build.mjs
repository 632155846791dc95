/**
 * `node build.mjs package`: what npm publishes, in dist/: ES modules, CommonJS, and the types of each.
 * `node build.mjs script [FOLDER]`: what the gateway serves below /js/, by default where it is committed.
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';

const here = dirname(fileURLToPath(import.meta.url));
const target = 'es2021';

/** Properties of `Core`, `Visit` and `Waiting` that are never sent and are of no object of the browser's. */
const inner =
  /^(fields|happened|here|hide|last|leaving|listen|page|record|route|safe|send|session|start|stop|told|view|visit|weight)$/;

const [what, folder = join(here, '../../gateway/script')] = process.argv.slice(2);
if (what === 'package') buildPackage();
else if (what === 'script') await buildScripts();
else throw Error('say what to build: package or script');

function buildPackage() {
  rmSync(join(here, 'dist'), { recursive: true, force: true });
  for (const [kind, type] of [
    ['esm', 'module'],
    ['cjs', 'commonjs'],
  ]) {
    const tsc = join(here, 'node_modules/.bin/tsc');
    execFileSync(tsc, ['-p', `tsconfig.${kind}.json`], { cwd: here, stdio: 'inherit' });
    writeFileSync(join(here, 'dist', kind, 'package.json'), `{ "type": "${type}" }\n`);
  }
}

async function buildScripts() {
  mkdirSync(folder, { recursive: true });
  await bundle('src/script.ts', 'analytics.js', { format: 'iife', mangleProps: inner });
  await bundle('src/script-full.ts', 'analytics.full.js', { format: 'iife' });
  await bundle('src/index.ts', 'analytics.mjs', { format: 'esm' });
}

async function bundle(entry, name, options) {
  const entryPoints = [join(here, entry)];
  const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, write: false, target, ...options });
  // variables in one place and few commas: longer in itself, shorter once it is packed
  const compress = { passes: 3, ecma: 2020, unsafe: true, unsafe_arrows: true, hoist_vars: true, sequences: false };
  const { code } = await minify(outputFiles[0].text, { compress, mangle: true, module: true });
  writeFileSync(join(folder, name), code);
  writeFileSync(join(folder, `${name}.br`), brotliCompressSync(code));
}
