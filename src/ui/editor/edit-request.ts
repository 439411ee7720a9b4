/** `vi`, `nano` and `kubectl edit` open a pane of ours: the shell waits until the learner saves or gives up. */
import type { Page } from '../page.tsx';
import { create } from '../zustand.ts';
import { useUi } from '../ui-state.ts';

export interface EditRequest {
  readonly path: string;
  readonly text: string;
  readonly language: string;
  finish(text: string | undefined): void;
}

/** The request that the editor panel shows in front of the files. */
export const useEditRequest = create<{ readonly request: EditRequest | undefined }>()(() => ({ request: undefined }));

export function editInPane(page: Page, { path, text, language }: Omit<EditRequest, 'finish'>): Promise<string | undefined> {
  useUi.getState().set({ pane: 'editor' });
  return new Promise((resolve) => {
    useEditRequest.getState().request?.finish(undefined);
    useEditRequest.setState({
      request: {
        path,
        text,
        language,
        finish(result) {
          useEditRequest.setState({ request: undefined });
          resolve(result);
          page.terminal.focus();
        },
      },
    });
  });
}
