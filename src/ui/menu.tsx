/** Menus and dialogs: keyboard, focus and roles come from Radix, the look from the tokens. */
import { Dialog as RadixDialog, DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { Check, X } from './icons.ts';
import css from './menu.module.css';

export interface MenuItem {
  readonly label: string;
  readonly detail?: string;
  readonly icon?: ReactNode;
  readonly keys?: string;
  readonly checked?: boolean;
  readonly disabled?: boolean;
  readonly run?: () => void;
  /** A menu inside this one. */
  readonly items?: readonly MenuItem[];
}
export interface MenuGroup {
  readonly label?: string;
  readonly items: readonly MenuItem[];
}

export function Menu({
  trigger,
  groups,
  align = 'end',
}: {
  readonly trigger: ReactNode;
  /** As a function: made when the menu opens, so that a closed one costs nothing while the cluster moves. */
  readonly groups: readonly MenuGroup[] | (() => readonly MenuGroup[]);
  readonly align?: 'start' | 'end';
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={css['menu']} align={align} sideOffset={6} collisionPadding={8}>
          <Groups groups={groups} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Groups({ groups }: { readonly groups: readonly MenuGroup[] | (() => readonly MenuGroup[]) }) {
  return (typeof groups === 'function' ? groups() : groups).map((group, at) => (
    <DropdownMenu.Group key={at} className={css['group']}>
      {group.label === undefined ? null : <DropdownMenu.Label className={css['label']}>{group.label}</DropdownMenu.Label>}
      {group.items.map((item) => (
        <Item key={item.label} item={item} />
      ))}
    </DropdownMenu.Group>
  ));
}

function Item({ item }: { readonly item: MenuItem }) {
  if (item.items) {
    return (
      <DropdownMenu.Sub>
        <DropdownMenu.SubTrigger className={css['item']} disabled={item.disabled || item.items.length === 0}>
          <Face item={item} />
        </DropdownMenu.SubTrigger>
        <DropdownMenu.Portal>
          <DropdownMenu.SubContent className={css['menu']} sideOffset={4} collisionPadding={8}>
            {item.items.map((one) => (
              <Item key={one.label} item={one} />
            ))}
          </DropdownMenu.SubContent>
        </DropdownMenu.Portal>
      </DropdownMenu.Sub>
    );
  }
  if (item.checked !== undefined) {
    return (
      <DropdownMenu.CheckboxItem className={css['item']} checked={item.checked} disabled={item.disabled} onSelect={() => item.run?.()}>
        <Face item={item} />
      </DropdownMenu.CheckboxItem>
    );
  }
  return (
    <DropdownMenu.Item className={css['item']} disabled={item.disabled} onSelect={() => item.run?.()}>
      <Face item={item} />
    </DropdownMenu.Item>
  );
}

function Face({ item }: { readonly item: MenuItem }) {
  return (
    <>
      <span className={css['icon']}>{item.checked ? <Check size={15} /> : item.icon}</span>
      <span className={css['text']}>
        {item.label}
        {item.detail === undefined ? null : <small>{item.detail}</small>}
      </span>
      {item.keys === undefined ? null : <kbd className="key">{item.keys}</kbd>}
      {item.items === undefined ? null : (
        <span className={css['more']} aria-hidden>
          ›
        </span>
      )}
    </>
  );
}

export function Dialog({
  open,
  title,
  onClose,
  children,
}: {
  readonly open: boolean;
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  return (
    <RadixDialog.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
    >
      <RadixDialog.Portal>
        <RadixDialog.Overlay className={css['veil']} />
        <RadixDialog.Content className={css['dialog']} aria-describedby={undefined}>
          <div className={css['head']}>
            <RadixDialog.Title className={css['title']}>{title}</RadixDialog.Title>
            <RadixDialog.Close className="button plain small icon" aria-label="Close">
              <X size={16} />
            </RadixDialog.Close>
          </div>
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}
