// Writes oclif.manifest.json, so that `--help` and each start import no command module but one.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Config } from '@oclif/core';

const root = fileURLToPath(new URL('..', import.meta.url));
const config = await Config.load({ root, ignoreManifest: true });
const plugin = config.plugins.get(config.pjson.name);
if (plugin === undefined) throw new Error('oclif did not find this package');
// The interface leaves the field out; the class has it.
const manifest: unknown = Reflect.get(plugin, 'manifest');
writeFileSync(join(root, 'oclif.manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
