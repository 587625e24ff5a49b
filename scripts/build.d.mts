/** Resolves to the number of files written, 0 when nothing changed since the last build. */
export declare function build(): Promise<number>;
