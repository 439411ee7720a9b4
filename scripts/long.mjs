// `npm run long -- [--count N] [--from N]`: plays many more seeds than `npm test` does, over both of two cores.
import { runSimulations } from './simulations.mjs';

process.exitCode = await runSimulations('many');
