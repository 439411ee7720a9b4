/** Small stores for what is the learner's alone. */
export { create } from 'zustand';
