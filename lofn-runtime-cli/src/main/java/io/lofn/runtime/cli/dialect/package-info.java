/**
 * How programs are spoken to: a class for what is a program's own. Internal to this runtime: it
 * promises nothing to users.
 */
@NullMarked
package io.lofn.runtime.cli.dialect;

import org.jspecify.annotations.NullMarked;
