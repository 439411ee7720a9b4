// `npm run sim -- --seed N [--plant NAME]`: plays one simulation of test/simulation and says what happened.
import { runSimulations } from './simulations.mjs';

process.exitCode = await runSimulations('one');
