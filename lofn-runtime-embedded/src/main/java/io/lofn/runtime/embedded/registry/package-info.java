/**
 * Images of registries, by the OCI distribution protocol and by Docker's. Internal: public means
 * that another package of this runtime needs it.
 */
@NullMarked
package io.lofn.runtime.embedded.registry;

import org.jspecify.annotations.NullMarked;
