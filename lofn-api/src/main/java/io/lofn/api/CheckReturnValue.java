package io.lofn.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says that a result must not be dropped: on a type, that of each of its methods. Immutable values
 * have it, since a setter whose result is dropped has done nothing at all.
 *
 * <p>It is for checkers, which go by an annotation's simple name: with Error Prone in the build
 * {@code tool.shell("sort");} as a statement does not compile. Nothing looks at it when a program
 * runs.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface CheckReturnValue {}
