/** The tags of a transcript: sealed with its title, added and taken away where they stand. */
import { useState, type FormEvent } from 'react';
import { Icon } from '../icon.js';
import { useStrings } from '../strings/strings.js';
import { useSpace } from '../workspaces/space.js';
import type { Edits } from './use-edits.js';

/** All tags, and a field for another one. */
export function Tags({ edits }: { edits: Edits }) {
  const t = useStrings();
  const { mayWrite } = useSpace();
  const [typed, setTyped] = useState('');
  const { tags, setTags } = edits;
  const add = (event: FormEvent) => {
    event.preventDefault();
    const tag = typed.trim();
    setTyped('');
    if (tag !== '' && !tags.includes(tag)) setTags([...tags, tag]);
  };
  return (
    <div className="row tags">
      <ul className="row tags" aria-label={t.tags.title}>
        {tags.map((tag) => (
          <li key={tag} className="tag row">
            <span dir="auto">{tag}</span>
            {mayWrite && (
              <button
                type="button"
                className="quiet"
                aria-label={t.tags.remove(tag)}
                onClick={() => setTags(tags.filter((other) => other !== tag))}
              >
                <Icon name="close" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {mayWrite && (
        <form onSubmit={add} className="add-tag">
          <Icon name="tag" />
          <input
            dir="auto"
            maxLength={60}
            placeholder={t.tags.add}
            aria-label={t.tags.add}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </form>
      )}
    </div>
  );
}
