/** The examples of docs/extending.md. */
@NullMarked
package org.example.guide;

import org.jspecify.annotations.NullMarked;
