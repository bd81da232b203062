/** What went wrong or well, said where it happened and to screen readers at once. */
import type { ReactNode } from 'react';

/** A message; nothing where there is none. */
export function Notice({
  kind = 'error',
  children,
}: {
  kind?: 'error' | 'good' | 'plain';
  children?: ReactNode;
}) {
  if (children === undefined || children === null || children === '') return null;
  return (
    <p className={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {children}
    </p>
  );
}
