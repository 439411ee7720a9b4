// `npm run bench [-- --runs 5 --write]`: sets up what is missing, then measures (bench/engine.mjs says what).
import { prepare } from './prepare.mjs';

prepare();
await import('../bench/engine.mjs');
