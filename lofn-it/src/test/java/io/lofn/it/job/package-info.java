/** Programs that the tests submit to Spark, packed in a jar that has nothing of lofn in it. */
@org.jspecify.annotations.NullMarked
package io.lofn.it.job;
