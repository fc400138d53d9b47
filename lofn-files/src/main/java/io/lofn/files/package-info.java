/**
 * Directory trees that somebody hostile can change while lofn works in them. Internal to lofn: it
 * promises nothing to users.
 */
@NullMarked
package io.lofn.files;

import org.jspecify.annotations.NullMarked;
