package io.lofn.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks results that must be used: on a type, those of all its methods. Immutable values have it,
 * since a setter whose result is dropped has no effect.
 *
 * <p>It is for static checkers, which recognize an annotation by its simple name: with Error Prone
 * in the build, {@code tool.shell("sort");} as a statement does not compile. It has no effect at
 * run time.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface CheckReturnValue {}
